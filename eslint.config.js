import { defineConfig, globalIgnores } from 'eslint/config';
import importSort from 'eslint-plugin-simple-import-sort';
import tseslint from 'typescript-eslint';

/** The beginning of a statement. */
const SQL = String.raw`/^\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH|COPY)\s/`;

const PROXIES = 'Use httpGet() of src/kernel/network/http-get.ts: everything must be able to use a proxy.';

export default defineConfig(
  globalIgnores(['dist/', 'coverage/', 'data/', 'web/api/openapi.d.ts', 'test/openapi/clients/']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { 'simple-import-sort': importSort },
    rules: {
      // Packages first, then files of this repository, without blank lines between them.
      'simple-import-sort/imports': ['error', { groups: [['^\\u0000', '^node:', '^@?\\w', '^', '^\\.']] }],
      'no-duplicate-imports': ['error', { allowSeparateTypeImports: true }],
      eqeqeq: 'error',
      'no-var': 'error',
      'prefer-const': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      // Leaves files with decorators alone, where Nest needs the import to be there when the program runs.
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // Methods that return a promise because of their interface do not always have something to await.
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      'no-console': 'error',
      'no-restricted-globals': [
        'error',
        ...['fetch', 'WebSocket'].map((name) => ({ name, message: PROXIES })),
      ],
      'no-restricted-imports': [
        'error',
        {
          paths: ['node:http', 'node:https'].map((name) => ({
            name,
            importNames: ['request', 'get'],
            message: PROXIES,
          })),
        },
      ],
      'no-restricted-properties': [
        'error',
        {
          object: 'process',
          property: 'env',
          message: 'Add a field to src/kernel/config/config.ts and inject Config.',
        },
      ],
      'no-restricted-syntax': [
        'error',
        ...[`Literal[value=${SQL}]`, `TemplateElement[value.raw=${SQL}]`].map((selector) => ({
          selector,
          message: 'Move the SQL to a *.repository.ts or *.sql.ts file.',
        })),
      ],
    },
  },
  {
    files: ['src/kernel/config/**/*.ts', 'src/**/*.spec.ts'],
    rules: { 'no-restricted-properties': 'off' },
  },
  {
    files: ['src/kernel/network/*.ts', 'src/webhooks/webhook-sender.ts', 'src/**/*.spec.ts'],
    rules: { 'no-restricted-imports': 'off', 'no-restricted-globals': 'off' },
  },
  // Programs that are started by hand print to the terminal.
  {
    files: [
      'src/main.ts',
      'src/standalone.ts',
      'src/kernel/logging/guard-output.ts',
      'src/database/migrate.ts',
      'src/commands/*.ts',
    ],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['src/database/**/*.ts', 'src/**/*.{repository,sql,spec}.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  // Plain JavaScript is in no TypeScript project, so there are no types to check.
  { files: ['**/*.{js,mjs,cjs}'], extends: [tseslint.configs.disableTypeChecked] },
);
