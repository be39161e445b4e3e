import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { residentMb, workerEnvironment } from '../test/support/memory.js';
import { openScratchDatabase } from '../test/support/scratch-database.js';
import { eventually, Service } from '../test/support/service.js';
import type { Phone } from '../test/whatsapp-server/phone.js';
import { WhatsAppServer } from '../test/whatsapp-server/whatsapp-server.js';
import { cpuMs } from './cpu-time.js';
import { contactNumber, linkAccount, linkAccounts, sessionName } from './link-accounts.js';

/**
 * `npm run bench:accounts -- 1000`: 1,000 accounts with 200 contacts each, on two session processes and one API process. Measures memory, CPU and statements of an idle session. Then kills one session process while a probe reads
 * contacts of all accounts.
 */
const ACCOUNTS = Number(process.argv[2] ?? 1_000);
const CONTACTS = 200;
const SETTLE_MS = 60_000;
const IDLE_MS = 30_000;
const REQUESTS_PER_SECOND = 50;
const PROBED_ACCOUNTS = 50;

const database = await openScratchDatabase();
const pool = new pg.Pool({ connectionString: database.url, max: 1 });
const server = await WhatsAppServer.start();
server.linking.neverRefresh();
const environment = {
  ...workerEnvironment(server),
  DATABASE_URL: database.url,
  LOG_LEVEL: 'warn',
  SESSIONS_PER_PROCESS: String(ACCOUNTS),
  DOWNLOADS_PER_MINUTE: '0',
};
const api = await Service.start({ ...environment, ROLE: 'api' });
const workers = [await Service.start({ ...environment, ROLE: 'session' })];
const phones: Phone[] = [];

const online = () => phones.filter((phone) => phone.companions[0]?.online).length;

async function allSynced(): Promise<void> {
  const wanted = phones.length * CONTACTS;
  await eventually(
    'all contacts are there',
    async () => {
      await sleep(1_000);
      const { rows } = await pool.query<{ count: number }>('SELECT count(*)::int FROM contact');
      return rows[0]?.count === wanted && online() === phones.length;
    },
    600_000,
  );
}

/** Transactions of the database so far; an idle service runs each statement in a separate transaction. */
async function statements(): Promise<number> {
  const { rows } = await pool.query<{ count: string }>(
    `SELECT xact_commit + xact_rollback AS count FROM pg_stat_database WHERE datname = current_database()`,
  );
  return Number(rows[0]?.count);
}

const memoryOf = (services: Service[]) => Promise.all(services.map(({ process }) => residentMb(process.pid)));
const cpuOf = (services: Service[]) => Promise.all(services.map(({ process }) => cpuMs(process)));
const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);

/** Starts a separate process that reads contacts of all accounts, about 50 per second. */
function startProbe(): ChildProcess {
  const asked = Array.from({ length: PROBED_ACCOUNTS }, (_, i) =>
    Math.floor((i * ACCOUNTS) / PROBED_ACCOUNTS),
  );
  const paths = asked.map(
    (account) => `/sessions/${sessionName(account)}/getcontact?phone=${contactNumber(account, 7)}`,
  );
  return fork(new URL('./latency-probe.ts', import.meta.url), [String(api.port), ...paths], {
    execArgv: ['--import', 'tsx'],
    env: { ...process.env, PROBE_PAUSE_MS: String((1_000 * PROBED_ACCOUNTS) / REQUESTS_PER_SECOND) },
  });
}

/** @returns latencies in ms, since the last call, in order */
async function latenciesOf(probe: ChildProcess): Promise<number[]> {
  const answer = once(probe, 'message');
  probe.send('report');
  const [latencies] = (await answer) as [Record<string, number[]>];
  return Object.values(latencies)
    .flat()
    .sort((a, b) => a - b);
}

try {
  phones.push(await linkAccount({ api, server }, 0, CONTACTS));
  await allSynced();
  await sleep(SETTLE_MS);
  const [oneMb = 0] = await memoryOf(workers);
  console.log(`One session: ${oneMb} MB`);

  workers.push(await Service.start({ ...environment, ROLE: 'session' }));
  const startedAtMs = performance.now();
  phones.push(
    ...(await linkAccounts({ api, server }, { first: 1, count: ACCOUNTS - 1, contacts: CONTACTS })),
  );
  await allSynced();
  console.log(
    `${ACCOUNTS} accounts linked and synced in ${Math.round((performance.now() - startedAtMs) / 1_000)} s`,
  );
  await sleep(SETTLE_MS);

  const settledMb = await memoryOf(workers);
  const beyondFirst = (sum(settledMb) - workers.length * oneMb) / (ACCOUNTS - workers.length);
  console.log(
    `Memory: ${settledMb.join(' and ')} MB; ${beyondFirst.toFixed(2)} MB for each session beyond the first`,
  );

  const [cpuBefore, statementsBefore] = [await cpuOf(workers), await statements()];
  await sleep(IDLE_MS);
  const [cpuAfter, statementsAfter] = [await cpuOf(workers), await statements()];
  const shares = cpuAfter.map((ms, i) => ((100 * (ms - (cpuBefore[i] ?? 0))) / IDLE_MS).toFixed(1));
  const perSecond = (statementsAfter - statementsBefore) / (IDLE_MS / 1_000) / workers.length;
  console.log(
    `Idle: ${shares.join(' and ')} % of a core; ${perSecond.toFixed(1)} statements/s for each process`,
  );

  const probe = startProbe();
  await sleep(5_000);
  await latenciesOf(probe);
  const killedAtMs = performance.now();
  await workers[0]?.stop('SIGKILL');
  // Their connections end one after the other.
  await sleep(1_000);
  const orphans = ACCOUNTS - online();
  await eventually('all sessions are online again', async () => online() === ACCOUNTS, 180_000);
  const recoveredMs = performance.now() - killedAtMs;
  const sorted = await latenciesOf(probe);
  probe.kill();
  const p = (share: number) => (sorted[Math.floor(sorted.length * share)] ?? NaN).toFixed(1);
  console.log(
    `kill -9: ${orphans} sessions online elsewhere after ${(recoveredMs / 1_000).toFixed(1)} s (lease 14 s); ` +
      `${server.conflicts} conflicts; /getcontact p50 ${p(0.5)} ms, p99 ${p(0.99)} ms, max ${p(1 - 1 / sorted.length)} ms ` +
      `of ${sorted.length}`,
  );
} catch (error) {
  for (const worker of workers) console.log(worker.output.slice(-5_000));
  throw error;
} finally {
  await Promise.all([api, ...workers].filter(({ isRunning }) => isRunning).map((service) => service.stop()));
  await server.stop();
  await pool.end();
  await database.close();
}
process.exit(0);
