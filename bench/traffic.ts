import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { residentMb, workerEnvironment } from '../test/support/memory.js';
import { createWriters, messageOf, type Writer } from '../test/support/message-traffic.js';
import { openScratchDatabase } from '../test/support/scratch-database.js';
import { eventually, Service } from '../test/support/service.js';
import type { Phone } from '../test/whatsapp-server/phone.js';
import { WhatsAppServer } from '../test/whatsapp-server/whatsapp-server.js';
import { cpuMs } from './cpu-time.js';
import { contactNumber, linkAccount, linkAccounts } from './link-accounts.js';
import { inWindow, paced, quantile } from './load.js';
import { PostgresMeter } from './postgres-cost.js';

/**
 * `npm run bench:traffic [-- sessions [parts]]`: measures the cost of messages: one third direct, one third to groups, one third
 * statuses.
 *
 * 1. One account and 200 people: CPU of the service and of Postgres, transactions and WAL per message, with known and with new
 *    push names. The floor in the same run is Baileys alone, with its state in memory.
 * 2. At 100 messages per second: the time from a message with a new push name until the API returns that name.
 * 3. Many sessions with 5 messages per second each in one process on one core: time until a message is acknowledged, and latency
 *    of /getcontact.
 * 4. Memory of a session after 10,000 messages from 2,000 people.
 */
const SESSIONS = Number(process.argv[2] ?? 200);
const PEOPLE = 200;
const MESSAGES = 6_000;
const NEW_NAMES = 1_000;
const FLOOR_MESSAGES = 600;
const NAME_CHANGES = 100;
const PER_SECOND_AND_SESSION = 5;
const MANY_SECONDS = 20;
const MEMORY_SESSIONS = 10;
const MEMORY_PEOPLE = 2_000;
const MEMORY_MESSAGES = 10_000;
/** Time after which an idle session has collected its garbage. */
const SETTLE_MS = 45_000;

const server = await WhatsAppServer.start();
server.linking.neverRefresh();
const database = await openScratchDatabase();
const meter = await PostgresMeter.open(database.url);
const environment = {
  ...workerEnvironment(server),
  DATABASE_URL: database.url,
  LOG_LEVEL: 'warn',
  SESSIONS_PER_PROCESS: '1000',
  DOWNLOADS_PER_MINUTE: '0',
};

const numbersOf = (account: number, count: number) =>
  Array.from({ length: count }, (_, i) => contactNumber(account, i));
const print = (title: string, ...cells: string[]) =>
  console.log(`  ${title.padEnd(44)}${cells.map((cell) => cell.padStart(16)).join('')}`);

const send = (phone: Phone, writers: Writer[], turn: number) =>
  phone.notify(messageOf(writers[Math.floor(turn / 3) % writers.length] as Writer, turn));

/** Measures the cost per message for a process and for Postgres. */
async function measure(process: ChildProcess, count: number, work: () => Promise<void>) {
  const [cpuBefore, before, startMs] = [await cpuMs(process), await meter.cost(), performance.now()];
  await work();
  const [cpuAfter, after, endMs] = [await cpuMs(process), await meter.cost(), performance.now()];
  return {
    cpuMs: (cpuAfter - cpuBefore) / count,
    postgresMs: (after.cpuMs - before.cpuMs) / count,
    transactions: (after.transactions - before.transactions) / count,
    walBytes: (after.walBytes - before.walBytes) / count,
    perSecond: (1_000 * count) / (endMs - startMs),
  };
}
type Cost = Awaited<ReturnType<typeof measure>>;

async function floor(): Promise<Cost> {
  const alone = fork(new URL('./baileys-alone.ts', import.meta.url), {
    execArgv: ['--import', 'tsx'],
    env: { ...process.env, ...server.environment() },
  });
  const [qr] = (await once(alone, 'message')) as [string];
  // Baileys alone does not fetch the current client version.
  server.webSite.oldestLinkableRevision = 0;
  const phone = server.createPhone({ number: '4916000000000', pushName: 'Floor' });
  await phone.scan(() => Promise.resolve(qr));
  await phone.companions[0]?.whenOnline();
  const people = Array.from({ length: PEOPLE }, (_, i) =>
    server.createContact({ number: String(4_916_100_000_000 + i), pushName: `person ${i}` }),
  );
  const say = (turn: number) => {
    const person = people[turn % PEOPLE]!;
    // Baileys does not acknowledge statuses, so that there are none.
    return turn % 3 === 0
      ? person.sendText(phone, 'Good morning', { addressing: 'pn' })
      : person.sendGroupText(phone, '120363000000000001', 'Good morning');
  };
  try {
    // Creates a Signal session for each person.
    await inWindow(PEOPLE, say);
    return await measure(alone, FLOOR_MESSAGES, () => inWindow(FLOOR_MESSAGES, say));
  } finally {
    alone.kill();
  }
}

function printCosts(costs: [string, Cost][]): void {
  console.log(`One account, ${PEOPLE} people, per message:`);
  print('', ...costs.map(([title]) => title));
  const line = (title: string, of: (cost: Cost) => string) =>
    print(title, ...costs.map(([, cost]) => of(cost)));
  line('CPU of the process, ms', ({ cpuMs }) => cpuMs.toFixed(3));
  line('CPU of Postgres, ms', ({ postgresMs }) => postgresMs.toFixed(3));
  line('transactions', ({ transactions }) => transactions.toFixed(3));
  line('WAL, bytes', ({ walBytes }) => walBytes.toFixed(0));
  line('messages per second', ({ perSecond }) => perSecond.toFixed(0));
}

async function oneAccount(): Promise<void> {
  const api = await Service.start({ ...environment, ROLE: 'api' });
  const session = await Service.start({ ...environment, ROLE: 'session' });
  try {
    const phone = await linkAccount({ api, server }, 0, PEOPLE);
    await api.synced();
    const writers = await createWriters(phone.companions[0]!, numbersOf(0, PEOPLE));
    await inWindow(PEOPLE * 3, (turn) => send(phone, writers, turn));
    await sleep(2_000);
    const known = await measure(session.process, MESSAGES, () =>
      inWindow(MESSAGES, (turn) => send(phone, writers, turn)),
    );
    const fresh = await measure(session.process, NEW_NAMES, () =>
      inWindow(NEW_NAMES, (turn) => {
        const writer = writers[turn % PEOPLE]!;
        return phone.notify(messageOf({ ...writer, pushName: `new name ${turn}` }, turn));
      }),
    );
    const bare = await floor();
    printCosts([
      ['Baileys alone', bare],
      ['known names', known],
      ['new names', fresh],
    ]);
    print('known names: CPU of Baileys alone', `1/${(bare.cpuMs / known.cpuMs).toFixed(1)}`);
    await newNameOverApi(api, phone, writers);
  } finally {
    await session.stop();
    await api.stop();
  }
}

/** While 100 messages per second of known people arrive, some people change their push name. */
async function newNameOverApi(api: Service, phone: Phone, writers: Writer[]): Promise<void> {
  const latencies: number[] = [];
  const rename = async (turn: number) => {
    const writer = { ...writers[turn]!, pushName: `renamed ${turn}` };
    const sentAtMs = performance.now();
    void phone.notify(messageOf(writer, turn));
    for (;;) {
      const { body } = await api.request<{ push_name: string }>(
        `/getcontact?phone=${contactNumber(0, turn)}`,
      );
      if (body.push_name === writer.pushName) break;
    }
    latencies.push(performance.now() - sentAtMs);
  };
  const others = writers.slice(NAME_CHANGES);
  const seconds = 20;
  await Promise.all([
    paced(100, seconds, (turn) => send(phone, others, turn)),
    (async () => {
      for (let turn = 0; turn < NAME_CHANGES; turn += 1) {
        await rename(turn);
        await sleep((1_000 * seconds) / NAME_CHANGES / 2);
      }
    })(),
  ]);
  print(
    'new push name over the API, ms',
    ...[0.5, 0.99].map((share) => `p${share * 100} ${quantile(latencies, share).toFixed(1)}`),
  );
}

function pin(pid: number | undefined, core: number): void {
  try {
    execFileSync('taskset', ['-a', '-c', '-p', String(core), String(pid)], { stdio: 'ignore' });
  } catch {
    console.log('  (taskset is missing: the service uses all cores)');
  }
}

async function manySessions(): Promise<void> {
  const service = await Service.start({ ...environment, ROLE: 'all' });
  const probe = fork(
    new URL('./latency-probe.ts', import.meta.url),
    [String(service.port), `/getcontact?phone=${contactNumber(0, 7)}`],
    {
      execArgv: ['--import', 'tsx'],
    },
  );
  try {
    const phones = await linkAccounts({ api: service, server }, { first: 1, count: SESSIONS, contacts: 50 });
    await eventually(
      'all are online',
      async () => phones.every((phone) => phone.companions[0]?.online),
      300_000,
    );
    await eventually(
      'all history is read',
      async () => {
        const rows = await meter.query<{ count: number }>('SELECT count(*)::int FROM history_notification');
        return rows[0]?.count === 0;
      },
      300_000,
    );
    const writers = await Promise.all(
      phones.map((phone, at) => createWriters(phone.companions[0]!, numbersOf(at + 1, 50))),
    );
    const one = (turn: number) => {
      const at = turn % SESSIONS;
      return send(phones[at]!, writers[at]!, Math.floor(turn / SESSIONS));
    };
    await paced(SESSIONS * 5, 30, one);
    pin(service.process.pid, 0);
    probe.send('report');
    await once(probe, 'message');
    const acknowledged: number[] = [];
    const [before, databaseBefore] = [await cpuMs(service.process), await meter.cost()];
    const [own, ownDelay] = [process.cpuUsage(), monitorEventLoopDelay({ resolution: 1 })];
    ownDelay.enable();
    await paced(SESSIONS * PER_SECOND_AND_SESSION, MANY_SECONDS, async (turn) => {
      const sentAtMs = performance.now();
      await one(turn);
      acknowledged.push(performance.now() - sentAtMs);
    });
    const cpu = (await cpuMs(service.process)) - before;
    const transactions = (await meter.cost()).transactions - databaseBefore.transactions;
    probe.send('report');
    const [latencies] = (await once(probe, 'message')) as [Record<string, number[]>];
    console.log(
      `${SESSIONS} sessions, ${PER_SECOND_AND_SESSION} messages per second each, one process on one core:`,
    );
    print('load of the core', `${(cpu / MANY_SECONDS / 10).toFixed(0)} %`);
    print('transactions per second', (transactions / MANY_SECONDS).toFixed(1));
    const { user, system } = process.cpuUsage(own);
    print(
      'this process: load, and its own delay, ms',
      `${((user + system) / MANY_SECONDS / 10_000).toFixed(0)} %`,
      `p99 ${(ownDelay.percentile(99) / 1e6).toFixed(1)}`,
    );
    const both = (values: number[]) =>
      [0.5, 0.99].map((share) => `p${share * 100} ${quantile(values, share).toFixed(1)}`);
    print('message until acknowledgement, ms', ...both(acknowledged));
    print('/getcontact, ms', ...both(Object.values(latencies).flat()));
  } finally {
    probe.kill();
    await service.stop();
  }
}

/** Sends the messages to half of the sessions first, because they also enlarge the heap of the process. */
async function memory(): Promise<void> {
  const service = await Service.start({ ...environment, ROLE: 'session' });
  const api = await Service.start({ ...environment, ROLE: 'api' });
  try {
    const first = SESSIONS + 1;
    const count = 2 * MEMORY_SESSIONS;
    const phones = await linkAccounts({ api, server }, { first, count, contacts: 10 });
    const residentAfter = async (offset: number) => {
      const some = phones.slice(offset, offset + MEMORY_SESSIONS);
      const writers = await Promise.all(
        some.map((phone, at) =>
          createWriters(phone.companions[0]!, numbersOf(first + offset + at, MEMORY_PEOPLE)),
        ),
      );
      await inWindow(MEMORY_MESSAGES * MEMORY_SESSIONS, (turn) => {
        const at = turn % MEMORY_SESSIONS;
        const index = Math.floor(turn / MEMORY_SESSIONS);
        return some[at]!.notify(messageOf(writers[at]![index % MEMORY_PEOPLE]!, index));
      });
      await sleep(SETTLE_MS);
      return residentMb(service.process.pid);
    };
    const before = await residentAfter(0);
    const after = await residentAfter(MEMORY_SESSIONS);
    console.log(
      `Memory after ${MEMORY_MESSAGES} messages from ${MEMORY_PEOPLE} people, ${MEMORY_SESSIONS} sessions:`,
    );
    print('per session, MB', ((after - before) / MEMORY_SESSIONS).toFixed(2));
  } finally {
    await service.stop();
    await api.stop();
  }
}

const PARTS = { one: oneAccount, many: manySessions, memory };
try {
  const chosen = process.argv.slice(3);
  for (const [name, part] of Object.entries(PARTS))
    if (chosen.length === 0 || chosen.includes(name)) await part();
} finally {
  await server.stop();
  await meter.close();
  await database.close();
}
process.exit(0);
