import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

const BAILEYS = {
  regex: '^(@whiskeysockets/)?baileys(/|$)',
  message: 'Only src/whatsapp knows the protocol; the rest of the service takes its plain types.',
};
const TYPEORM = {
  regex: '^(typeorm|@nestjs/typeorm)(/|$)',
  message: 'SQL lives in *.repository.ts, tables in *.entity.ts; everything else calls a repository.',
};

/** One rule a file: where two blocks restrict imports, the later one replaces the earlier. */
const noImportOf = (...patterns) => ({ 'no-restricted-imports': ['error', { patterns }] });

/** Files that may speak to the database; modules because they register the entities. */
const DATABASE_FILES = ['entity', 'repository', 'module', 'spec'].map((role) => `*.${role}.ts`);

export default defineConfig(
  globalIgnores(['dist/', 'coverage/', 'data/', 'web/api/openapi.d.ts']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      eqeqeq: 'error',
      'no-var': 'error',
      'prefer-const': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      // Leaves files with decorators alone, where Nest needs the import to be there when the program runs.
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // A method that must return a promise, because its interface says so, need not have something to wait for.
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      'no-console': 'error',
      'no-restricted-properties': [
        'error',
        {
          object: 'process',
          property: 'env',
          message: 'Add a field to src/kernel/config/config.ts and inject Config.',
        },
      ],
      ...noImportOf(BAILEYS, TYPEORM),
    },
  },
  { files: ['src/kernel/config/**/*.ts'], rules: { 'no-restricted-properties': 'off' } },
  // What people start by hand speaks to them on the terminal.
  {
    files: [
      'src/main.ts',
      'src/kernel/logging/guard-output.ts',
      'src/database/migrate.ts',
      'src/commands/*.ts',
    ],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['src/database/**/*.ts', ...DATABASE_FILES.map((name) => `src/**/${name}`)],
    rules: noImportOf(BAILEYS),
  },
  { files: ['src/whatsapp/**/*.ts'], rules: noImportOf(TYPEORM) },
  { files: DATABASE_FILES.map((name) => `src/whatsapp/**/${name}`), rules: noImportOf() },
  // Plain JavaScript is in no TypeScript project, so there are no types to check.
  { files: ['**/*.{js,mjs,cjs}'], extends: [tseslint.configs.disableTypeChecked] },
);
