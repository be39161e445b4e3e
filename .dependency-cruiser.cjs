/** Where a process or a thread begins; it wires together what it runs. */
const ENTRIES = '^src/(main|service|whatsapp/worker/(session-worker|reader-process))\\.ts$';

/** What wires the parts together stands directly in src. */
const WIRING = '^src/[^/]+\\.ts$';

/** What the modules of the folders `from` of src may not import. */
const forbid = (from, to, comment, except) => ({
  name: `${from.replace(/\W+/g, '-')}-not-from-above`,
  comment,
  severity: 'error',
  from: { path: `^src/(${from})/`, pathNot: ['\\.spec\\.ts$', ENTRIES, ...(except ? [except] : [])] },
  to,
});

/** The folders of src/whatsapp from top to bottom; a folder imports from those below it and beside it. */
const WHATSAPP = [
  ['worker'],
  ['connection'],
  ['client-version', 'linking', 'sync'],
  ['app-state', 'history', 'stanzas', 'profiles'],
  ['auth-state', 'reading', 'wire', 'baileys'],
  ['lease'],
  ['timing'],
];

/** Nothing in src/whatsapp imports from a folder above its own. */
const whatsappTiers = WHATSAPP.slice(1).map((folders, at) => ({
  name: `whatsapp-${folders.join('-')}-not-from-above`,
  comment:
    'Imports in src/whatsapp go one way, so that each folder can be understood without those above it.',
  severity: 'error',
  from: { path: `^src/whatsapp/(${folders.join('|')})/` },
  to: {
    path: `^src/whatsapp/(${WHATSAPP.slice(0, at + 1)
      .flat()
      .join('|')})/`,
  },
}));

/**
 * Imports go one way: main -> app -> {webhooks, mcp} -> {feed/http, sessions/http, contacts/http, ops, whatsapp} ->
 * {contacts, sessions} -> feed -> accounts -> {errors, database, config}.
 * @type {import('dependency-cruiser').IConfiguration}
 */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Files that import each other can only be understood, tested and moved together.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'entries-are-started',
      comment:
        'A process and its worker thread begin there; importing such a file would start it a second time.',
      severity: 'error',
      from: { pathNot: '^src/main\\.ts$' },
      to: { path: ENTRIES },
    },
    forbid(
      'config',
      { path: '^src/', pathNot: '^src/config/' },
      'The configuration knows nothing of the service.',
    ),
    forbid(
      'database',
      { path: '^src/', pathNot: ['^src/(database|config)/', '\\.entity\\.ts$'] },
      'The database knows the tables of everyone (for its one data source), and nothing else of them.',
    ),
    forbid(
      'errors',
      { path: '^src/', pathNot: '^src/(errors|database|config)/' },
      'What is common to all errors knows no part of the service.',
    ),
    forbid(
      'accounts',
      { path: ['^src/(contacts|sessions|whatsapp|ops)/', WIRING] },
      'Accounts are what contacts and sessions belong to.',
    ),
    forbid(
      'feed',
      { path: ['^src/(contacts|sessions|webhooks|mcp|whatsapp|ops)/', WIRING] },
      'The feed holds what others have written; it does not know what it means.',
      '^src/feed/http/',
    ),
    forbid(
      'feed/http|contacts|sessions|accounts',
      { path: '^src/(webhooks|mcp)/' },
      'Webhooks and MCP are readers of the feed and the address book.',
    ),
    forbid(
      'sessions',
      { path: ['^src/(contacts|whatsapp|ops)/', WIRING] },
      'A session is a row that API and session role share; it knows neither.',
      '^src/sessions/http/',
    ),
    forbid(
      'contacts',
      { path: ['^src/(whatsapp|ops|sessions/http)/', WIRING] },
      "The address book knows nothing of WhatsApp's protocol.",
    ),
    forbid(
      'contacts/(read|write|fetches|entities)',
      { path: '^src/contacts/http/' },
      'Reading and writing know nothing of HTTP.',
    ),
    forbid('contacts/read', { path: '^src/contacts/(write|fetches)/' }, 'Reading writes nothing.'),
    forbid('contacts/write', { path: '^src/contacts/(read|fetches)/' }, 'Who writes knows no readers.'),
    forbid(
      'http',
      { path: ['^src/(accounts|contacts|sessions|whatsapp)/', WIRING] },
      'How answers are sent does not depend on what they say.',
    ),
    forbid(
      'sessions/http|feed/http|webhooks|mcp|ops',
      { path: ['^src/whatsapp/', WIRING] },
      'The HTTP side reaches WhatsApp through Postgres alone; it may run in another process.',
    ),
    ...whatsappTiers,
    forbid('whatsapp', { path: ['^src/(ops|http|.*/http)/', WIRING] }, 'The WhatsApp side has no HTTP.'),
    {
      name: 'migrations-stand-alone',
      comment: 'A merged migration never changes, so it must not use code that does.',
      severity: 'error',
      from: { path: '^migrations/' },
      to: { path: '^src/' },
    },
    {
      name: 'page-stands-alone',
      comment: 'The page knows the service by its API alone.',
      severity: 'error',
      from: { path: '^web/' },
      to: { path: '^(src|migrations|test)/' },
    },
    {
      name: 'page-not-from-above',
      comment: 'What all views of the page share knows none of them.',
      severity: 'error',
      from: { path: '^web/(api|i18n|live|components)/' },
      to: { path: '^web/(access|sessions|session|link|contacts)/|^web/(app|shell|main)\\.tsx$' },
    },
    {
      name: 'page-shows-what-is-told',
      comment: 'Reading the API depends on nothing that is shown.',
      severity: 'error',
      from: { path: '^web/(api|i18n|live)/' },
      to: { path: '^web/components/' },
    },
    {
      name: 'service-without-tests',
      comment: 'What runs must not need what only tests have.',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.spec\\.ts$' },
      to: { path: ['^test/', '\\.spec\\.ts$'] },
    },
    {
      name: 'only-declared-packages',
      comment: 'A package that package.json does not list, or only for development, is missing in the image.',
      severity: 'error',
      from: { path: '^(src|migrations)/', pathNot: '\\.spec\\.ts$' },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown', 'unknown'],
        dependencyTypesNot: ['type-only'],
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // Types are imports too: they are what makes a file impossible to understand without the other.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'types', 'default'],
    },
  },
};
