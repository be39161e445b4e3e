/** Programs whose commands are only checked for syntax, npm scripts and files. */
export const NOT_RUN: Record<string, string> = {
  cd: 'only the next commands need the folder',
  docker: 'needs a container runtime',
  gh: 'needs a release on GitHub',
  git: 'changes the repository',
  kubectl: 'needs a cluster',
  npm: 'starts, tests or builds this checkout, as the jobs of CI do',
  'npx mcp-remote': 'would install a package; test/mcp connects a client',
  'npx tsx': 'runs for minutes',
  node: 'needs the database of the example',
  pg_dump: 'not part of the embedded Postgres',
  pg_restore: 'not part of the embedded Postgres',
  promtool: 'not part of npm; CI installs and runs it',
  psql: 'not part of the embedded Postgres',
  ssh: 'needs another machine',
  sudo: 'changes the machine',
};
/** Programs that the tests run. */
export const RUN = [
  'base64',
  'cat',
  'chmod',
  'curl',
  'echo',
  'export',
  'grep',
  'mkdir',
  'npx openapi-typescript',
];

/** Examples that no test can run, by page and first words. */
export const NOT_TESTED: [page: string, start: string, reason: string][] = [
  ['CONTRIBUTING.md', 'src/main.ts', 'a list of folders'],
  ['docs/architecture.md', 'flowchart LR', 'a diagram, drawn by GitHub'],
  ['docs/architecture.md', 'flowchart TB', 'a diagram, drawn by GitHub'],
  [
    'docs/linking.md',
    'curl -X POST http://localhost:8888/session/passkey/confirm',
    'possible after five minutes, which test/browser/passkey.spec.ts waits for',
  ],
  ['docs/managed-postgres.md', 'curl --output rds.pem', 'needs the internet and a container runtime'],
  [
    'docs/operations.md',
    'location /wa/',
    'needs nginx; test/support/reverse-proxy.ts forwards the same headers',
  ],
  [
    'test/whatsapp-server/README.md',
    'import { WhatsAppServer }',
    'what test/support/world.ts does for other specs',
  ],
  [
    'test/whatsapp-server/README.md',
    'const lost =',
    'needs the variables of a spec; test/linking does the same',
  ],
];
