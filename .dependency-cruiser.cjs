/** The folders of src, and the folders that each of them may import. docs/architecture.md explains them. */
const LAYERS = {
  api: 'webhooks contacts sessions feed access accounts secrets database kernel',
  webhooks: 'contacts sessions feed accounts secrets database kernel',
  whatsapp: 'contacts sessions feed accounts secrets database kernel',
  contacts: 'sessions feed accounts database kernel',
  sessions: 'feed accounts secrets database kernel',
  feed: 'accounts database kernel',
  access: 'database kernel',
  accounts: 'database kernel',
  secrets: 'database kernel',
  database: 'kernel',
  kernel: '',
};

/** The same for the folders of src/api. */
const API = {
  mcp: 'contacts sessions http access',
  webhooks: 'changes contacts openapi http access',
  changes: 'contacts openapi http access',
  contacts: 'sessions openapi http access',
  sessions: 'openapi http access',
  keys: 'openapi http access',
  logging: 'openapi http access',
  ops: 'http access',
  openapi: 'ops http access',
  http: 'access',
  access: '',
  page: 'http',
};

/** The same for the folders of src/contacts. */
const CONTACTS = {
  payload: 'read',
  read: 'entities search',
  write: 'entities search',
  fetches: 'entities',
  checks: 'entities',
  entities: '',
  search: '',
};

/** The folders of src/whatsapp from top to bottom: each may import those on its own line and below it. */
const WHATSAPP = [
  'worker',
  'connection',
  'client-version linking sync',
  'app-state history stanzas checks profiles',
  'auth-state reading wire baileys',
  'lease',
];

/** Packages, and the only files that may import them. */
const PACKAGES = {
  '@whiskeysockets/baileys|libsignal|whatsapp-rust-bridge': '^src/whatsapp/',
  '@nestjs/swagger|@nestjs/platform-express|(@types/)?express': '^src/api/',
  'socks|proxy-from-env|(@types/)?proxy-from-env': '^src/kernel/network/',
  'class-validator': '^src/(api|kernel/config)/',
  '@nestjs/typeorm|typeorm': '^src/database/|\\.(entity|repository|module)\\.ts$',
};

const TEST = '\\.spec\\.ts$';

/** Starts a process or a thread, and connects the layers that it runs. */
const ENTRY =
  '^src/(main|service|session-worker|standalone|commands/.+|database/migrate|whatsapp/worker/reader-process)\\.ts$';

/** One rule for each folder of a table. Files next to the folders may be imported only within `folder`, not in src itself. */
const onlyAllowed = (folder, table) =>
  Object.entries(table).map(([name, allowed]) => ({
    name: `${folder}/${name}`,
    comment: `Add the import to the table in .dependency-cruiser.cjs if the layer may have it; otherwise move the code.`,
    severity: 'error',
    from: { path: `^${folder}/${name}/`, pathNot: [TEST, ENTRY] },
    to: {
      path: `^${folder}/`,
      pathNot: [
        `^${folder}/(${[name, ...allowed.split(' ')].filter(Boolean).join('|')})/`,
        ...(folder === 'src' ? [] : [`^${folder}/[^/]+$`]),
      ],
    },
  }));

const fromTiers = (tiers) =>
  Object.fromEntries(
    tiers.flatMap((tier, at) => tier.split(' ').map((folder) => [folder, tiers.slice(at).join(' ')])),
  );

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...onlyAllowed('src', LAYERS),
    ...onlyAllowed('src/api', API),
    ...onlyAllowed('src/contacts', CONTACTS),
    ...onlyAllowed('src/whatsapp', fromTiers(WHATSAPP)),
    ...Object.entries(PACKAGES).map(([packages, files]) => ({
      name: `package ${packages}`,
      comment: 'The rest of the service must not depend on this package.',
      severity: 'error',
      from: { path: '^src/', pathNot: [TEST, files] },
      to: { path: `^node_modules/(${packages})/` },
    })),
    {
      name: 'no-cycles',
      comment: 'Files that import each other can only be understood, tested and moved together.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'entries-are-started',
      comment: 'Importing an entry file would start its process or thread a second time.',
      severity: 'error',
      from: { pathNot: '^src/(main|standalone)\\.ts$' },
      to: { path: ENTRY },
    },
    {
      name: 'migrations-stand-alone',
      comment: 'A merged migration never changes, so it must not use code that does.',
      severity: 'error',
      from: { path: '^migrations/' },
      to: { path: '^src/' },
    },
    {
      name: 'page-stands-alone',
      comment: 'The page uses the service only through its API.',
      severity: 'error',
      from: { path: '^web/' },
      to: { path: '^(src|migrations|test)/' },
    },
    {
      name: 'page-not-from-above',
      comment: 'Code that all views of the page share must not depend on a view.',
      severity: 'error',
      from: { path: '^web/(api|i18n|live|components)/' },
      to: { path: '^web/(access|sessions|session|link|contacts)/|^web/(app|shell|main)\\.tsx$' },
    },
    {
      name: 'page-data-without-components',
      comment: 'Code that reads the API must not depend on components.',
      severity: 'error',
      from: { path: '^web/(api|i18n|live)/' },
      to: { path: '^web/components/' },
    },
    {
      name: 'service-without-tests',
      comment: 'The image does not contain tests.',
      severity: 'error',
      from: { path: '^src/', pathNot: TEST },
      to: { path: ['^test/', TEST] },
    },
    {
      name: 'only-declared-packages',
      comment: 'The image contains only the packages that package.json lists as dependencies.',
      severity: 'error',
      from: { path: '^(src|migrations)/', pathNot: TEST },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown', 'unknown'],
        dependencyTypesNot: ['type-only'],
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // Type imports count: without the other file, the importing one cannot be understood either.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'types', 'default'],
    },
  },
};
