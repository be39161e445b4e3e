import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, it } from '@jest/globals';
import { MASTER } from '../access/access-world.js';
import { jidOf, ServedAddressBook } from '../contacts/served-address-book.js';
import { called } from '../support/people.js';
import { eventually } from '../support/service.js';

const FOLDER = join(import.meta.dirname, '../../docs/consumers');
/** Node.js 22.18 and later run TypeScript. */
const RUNS_TYPESCRIPT = process.features.typescript
  ? process.execPath
  : join(import.meta.dirname, '../../node_modules/.bin/tsx');

const hasPython = spawnSync('python3', ['--version']).status === 0;
if (!hasPython)
  console.warn('Python is missing, so its consumer is not tested. Debian: apt-get install python3');

/** The consumers of the documentation, as a reader would run them. */
describe.each([
  ['in TypeScript', RUNS_TYPESCRIPT, 'consumer.ts'],
  ...(hasPython ? [['in Python', 'python3', 'consumer.py'] as const] : []),
])('the documented consumer %s', (_, command, script) => {
  let book: ServedAddressBook;
  let folder: string;
  let consumer: ChildProcess;

  beforeAll(async () => {
    book = await ServedAddressBook.start({ API_KEY: MASTER });
  });

  afterAll(() => book.stop());

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'consumer-'));
    await book.clear();
    await book.dataSource.query('UPDATE account SET feed_start = 100, feed_latest = 100');
  });

  const start = () => {
    consumer = spawn(command, [join(FOLDER, script), `http://127.0.0.1:${book.service.port}`, 'copy.json'], {
      cwd: folder,
      env: { ...process.env, API_KEY: MASTER },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  };
  const kill = async () => {
    const ended = once(consumer, 'exit');
    consumer.kill('SIGKILL');
    await ended;
  };
  const has = (...names: string[]) =>
    eventually(`the copy has ${names.join(', ')}`, async () => {
      const text = await readFile(join(folder, 'copy.json'), 'utf8').catch(() => '{"people":{}}');
      const { people } = JSON.parse(text) as { people: Record<string, Record<string, string | null>> };
      const shown = Object.values(people).map((each) => each.full_name ?? each.push_name);
      return JSON.stringify(shown.sort()) === JSON.stringify(names);
    });

  it('matches the list after kills and concurrent changes', async () => {
    await book.save('a', 'b');
    start();
    await has('a', 'b');
    await book.save('a', 'bb', 'c');
    await has('a', 'bb', 'c');
    await kill();
    await book.apply({ unsaved: [jidOf(10)] });
    await book.apply(called(jidOf(13), 'd'));
    start();
    await has('bb', 'c', 'd');
    // The changes that it needs are deleted, so it has to read the list again.
    await kill();
    await book.save('e', 'bb', 'c');
    await book.dataSource.query('DELETE FROM change');
    await book.dataSource.query('UPDATE account SET feed_pruned_to = feed_latest');
    start();
    await has('bb', 'c', 'd', 'e');
    await kill();
    await rm(folder, { recursive: true });
  });
});
