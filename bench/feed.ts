import { once } from 'node:events';
import { type ClientRequest, get as httpGet, type IncomingMessage } from 'node:http';
import type { DataSource } from 'typeorm';
import { FeedNotificationsRepository } from '../src/feed/feed-notifications.repository.js';
import type { Jid } from '../src/kernel/identifiers/address.js';
import { ServedAddressBook } from '../test/contacts/served-address-book.js';
import setUp from '../test/support/global-setup.mjs';
import tearDown from '../test/support/global-teardown.mjs';
import { residentMb } from '../test/support/memory.js';
import { World } from '../test/support/world.js';
import { Receiver } from '../test/webhooks/receiver.js';

/**
 * `npm run bench:feed`: measures the cost of the feed when a phone renames 20,000 contacts, and for the database alone
 * with 50,000, with and without the feed. Then measures the time from a commit until pollers, streams and webhooks receive
 * the change, with 1, 100 and 1,000 streams. With API_DATABASE_URL_PREFIX (for example
 * `postgres://user:password@localhost:6432/`) the API connects to its database there, for example through a pooler.
 */
const RENAMED = 20_000;
const PEOPLE = 50_000;
const ROUNDS = 5;
const CHANGES = 200;
const READERS = [1, 100, 1_000];
const PAUSE_MS = 100;

const jidOf = (n: number) => `49171${String(n).padStart(7, '0')}@s.whatsapp.net` as Jid;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

function quantile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

/** When each transaction was committed last. */
class Commits {
  atMs = 0;

  constructor(dataSource: DataSource) {
    // Registered before the subscriber that wakes readers.
    dataSource.subscribers.push({ afterTransactionCommit: () => void (this.atMs = performance.now()) });
    new FeedNotificationsRepository(dataSource);
  }
}

/** Measures from the phone's patch to the last row, including decryption and verification. */
async function measureRenaming(): Promise<void> {
  const world = await World.create({ LOG_LEVEL: 'info' });
  const people = (name: string) =>
    Array.from({ length: RENAMED }, (_, i) => ({
      number: String(4915000000000 + i),
      fullName: `${name} ${i} of many`,
      firstName: name,
    }));
  await world.phone.saveContacts(people('Person'));
  await world.startLinked();
  await world.service.synced(120_000);
  const times: Record<'with' | 'without', number[]> = { with: [], without: [] };
  for (let round = 0; round < ROUNDS; round++) {
    for (const how of ['without', 'with'] as const) {
      await world.database.query(`UPDATE account SET synced_at = ${how === 'with' ? 'now()' : 'NULL'}`);
      const name = `${how} ${round}`;
      await world.phone.saveContacts(people(name));
      const sinceMs = performance.now();
      const isDone = async () => {
        const [row] = await world.database.query<{ count: string }>(
          `SELECT count(*) FROM contact WHERE first_name = '${name}'`,
        );
        return Number(row?.count) === RENAMED;
      };
      while (!(await isDone())) await pause(20);
      times[how].push(performance.now() - sinceMs);
    }
  }
  await world.stop();
  const [without, withFeed] = [quantile(times.without, 0.5), quantile(times.with, 0.5)];
  console.log(
    `A phone that renames ${RENAMED} contacts: ${without.toFixed(0)} ms without the feed, ${withFeed.toFixed(0)} ms with it ` +
      `(${(withFeed / without).toFixed(2)} of it)`,
  );
}

async function measureWriting(book: ServedAddressBook): Promise<void> {
  const people = Array.from({ length: PEOPLE }, (_, i) => jidOf(i));
  const rename = async (name: string) => {
    const sinceMs = performance.now();
    await book.apply({ saved: people.map((address) => ({ address, fullName: name, firstName: null })) });
    return performance.now() - sinceMs;
  };
  const setSynced = (isSynced: boolean) =>
    book.dataSource.query(`UPDATE account SET synced_at = ${isSynced ? 'now()' : 'NULL'}`);
  await setSynced(false);
  await rename('new');
  const times: Record<'with' | 'without', number[]> = { with: [], without: [] };
  for (let round = 0; round < ROUNDS; round++) {
    for (const how of round % 2 ? (['with', 'without'] as const) : (['without', 'with'] as const)) {
      await book.dataSource.query('VACUUM contact');
      await setSynced(how === 'with');
      times[how].push(await rename(`${how} ${round}`));
    }
  }
  const [without, withFeed] = [quantile(times.without, 0.5), quantile(times.with, 0.5)];
  console.log(
    `Writing ${PEOPLE} changed contacts: ${without.toFixed(0)} ms without the feed, ${withFeed.toFixed(0)} ms with it ` +
      `(${(withFeed / without).toFixed(2)} of it; the share of the database alone)`,
  );
  await setSynced(true);
}

interface Reader {
  request: ClientRequest;
  arrivedMs: number[];
}

/** Uses as few parts as possible, because many readers share this process with the writer. */
async function openReader(port: number): Promise<Reader> {
  const request = httpGet({ port, path: '/changes/stream', agent: false });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const reader: Reader = { request, arrivedMs: [] };
  response.setEncoding('latin1').on('data', (text: string) => {
    const count = text.split('\ndata: {"seq"').length - 1;
    for (let i = 0; i < count; i++) reader.arrivedMs.push(performance.now());
  });
  response.on('error', () => {});
  return reader;
}

async function measureReading(book: ServedAddressBook, commits: Commits, count: number): Promise<void> {
  const { service } = book;
  const before = await residentMb(service.process.pid);
  const readers: Reader[] = [];
  for (let i = 0; i < count; i++) readers.push(await openReader(service.port));
  const receiver = await Receiver.start();
  const { body } = await service.request<{ secret: string; id: string }>('/webhooks', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ url: receiver.url, session: 'default' }),
  });
  receiver.secret = body.secret;
  const polled: number[] = [];
  let isOver = false;
  const polling = (async () => {
    let next = Number((await service.get('/contacts?limit=1')).headers.get('changes-next'));
    while (!isOver) {
      const page = (await service.get<{ items: unknown[]; next: number }>(`/changes?after=${next}&wait=5`))
        .body;
      ({ next } = page);
      for (const _ of page.items) polled.push(performance.now());
    }
  })();
  await pause(3_000);
  const committed: number[] = [];
  for (let i = 0; i < CHANGES; i++) {
    await book.apply({
      saved: [{ address: jidOf(i), fullName: `${count} readers, ${i}`, firstName: null }],
    });
    committed.push(commits.atMs);
    await pause(PAUSE_MS);
  }
  await pause(2_000);
  const mb = await residentMb(service.process.pid);
  isOver = true;
  await polling;
  const tell = (name: string, arrived: number[]) => {
    const latencies = arrived.slice(-CHANGES).map((ms, i) => ms - (committed[i] ?? NaN));
    const [p50, p99] = [quantile(latencies, 0.5), quantile(latencies, 0.99)];
    return `${name} ${p50.toFixed(1)} / ${p99.toFixed(1)} ms (${arrived.length})`;
  };
  const worst = readers.map(({ arrivedMs }) =>
    quantile(
      arrivedMs.map((ms, i) => ms - (committed[i] ?? NaN)),
      0.99,
    ),
  );
  const missing = readers.filter(({ arrivedMs }) => arrivedMs.length !== CHANGES).length;
  console.log(
    `${count} readers: from commit, p50 / p99: ${tell('stream', readers[0]?.arrivedMs ?? [])}, ` +
      `${tell('poll', polled)}, ${tell(
        'webhook',
        receiver.requests.flatMap(({ payload, atMs }) => payload.data.items.map(() => atMs)),
      )}; ` +
      `slowest reader's p99 ${Math.max(...worst).toFixed(1)} ms; readers that missed any: ${missing}; ` +
      `memory ${mb} MB, ${(((mb - before) * 1024) / count).toFixed(0)} kB a reader`,
  );
  for (const { request } of readers) request.destroy();
  await service.request(`/webhooks/${body.id}`, { method: 'DELETE' });
  await receiver.stop();
}

await setUp();
try {
  await measureRenaming();
  const book = await ServedAddressBook.start(
    { WEBHOOKS_ALLOW_PRIVATE: '127.0.0.0/8', LOG_LEVEL: 'info' },
    process.env.API_DATABASE_URL_PREFIX,
  );
  await book.clear();
  await measureWriting(book);
  const commits = new Commits(book.dataSource);
  for (const count of READERS) await measureReading(book, commits, count);
  await book.stop();
} finally {
  await tearDown();
}
