import { setTimeout as sleep } from 'node:timers/promises';
import { workerEnvironment } from '../support/memory.js';
import { openScratchDatabase } from '../support/scratch-database.js';
import { eventually } from '../support/service.js';
import { WhatsAppServer } from '../whatsapp-server/whatsapp-server.js';
import { AddressBookChanges } from './address-book-changes.js';
import { ApiWatch } from './api-watch.js';
import { compareWithTruth } from './compare-with-truth.js';
import { DatabaseOutages } from './database-outages.js';
import { Fleet } from './fleet.js';
import { OwnerWatch } from './owner-watch.js';
import { Random } from './random.js';

/**
 * `npm run test:kills -- [kills] [seed]`: two replicas of each role; kill -9 for the one that holds the session, again
 * and again, while people change. Prints how long WhatsApp was without us, and ends with exit code 1 when that was
 * ever more than 20 s, when two were connected at once, or when the truth is missed.
 */
const kills = Number(process.argv[2] ?? 50);
const seed = Number(process.argv[3] ?? Date.now() % 1_000_000);
const TAKEOVER_LIMIT_MS = 20_000;
const SETTLE_MS = 60_000;

const random = new Random(seed);
const [database, server] = await Promise.all([openScratchDatabase(), WhatsAppServer.start()]);
const outages = await DatabaseOutages.before(database.url);
const phone = server.createPhone({ number: '491701230000', pushName: 'Owner' });
const changes = new AddressBookChanges(server, phone, random);
await changes.prepare(300);
const fleet = await Fleet.start({
  ...workerEnvironment(server),
  DATABASE_URL: outages.url,
  LOG_LEVEL: 'info',
});
const owners = new OwnerWatch(server);
console.log(`${kills} kills, seed ${seed}`);

await phone.scan(await fleet.anyApi.qr());
await fleet.anyApi.synced(60_000);
const api = new ApiWatch(fleet.apis, outages);
const over = new AbortController();
const changing = changes.until(() => over.signal.aborted);
const logins = () => phone.companions[0]?.logins ?? 0;

const takeoversMs: number[] = [];
const problems: string[] = [];
for (let kill = 1; kill <= kills && problems.length === 0; kill += 1) {
  await sleep(random.int(0, 3_000));
  const owner = await eventually('a process holds the session', async () => fleet.owner);
  const before = logins();
  const startedAtMs = performance.now();
  const replaced = fleet.replace(owner, 'SIGKILL');
  const isBack = async () => logins() > before && phone.companions[0]?.online;
  await eventually('the device logs in again', isBack, 60_000).catch((error: Error) =>
    problems.push(error.message),
  );
  takeoversMs.push(performance.now() - startedAtMs);
  await replaced;
  console.log(`${new Date().toISOString()} kill ${kill}: ${((takeoversMs.at(-1) ?? 0) / 1000).toFixed(1)} s`);
}
over.abort();
await changing;
problems.push(...(await compareWithTruth(fleet.anyApi, changes, SETTLE_MS)));
api.stop();
owners.stop();
takeoversMs.sort((a, b) => a - b);
const slow = takeoversMs.filter((ms) => ms > TAKEOVER_LIMIT_MS);
problems.push(
  ...slow.map((ms) => `the session was away for ${(ms / 1000).toFixed(1)} s`),
  ...api.problems(),
  ...owners.problems(0),
  ...fleet.crashes,
  ...server.errors.map((error) => `the test's server failed: ${error.message}`),
);
const seconds = (share: number) =>
  ((takeoversMs[Math.floor((takeoversMs.length - 1) * share)] ?? 0) / 1000).toFixed(1);
console.log(`Kills: ${takeoversMs.length}; away for ${seconds(0.5)} s (median), ${seconds(1)} s (longest)`);
console.log(`Changes: ${JSON.stringify(changes.counts)}`);
console.log(`API: ${api.summary()}`);
console.log(`Session: ${owners.summary()}; ${fleet.threadDeaths} threads died`);
console.log(
  problems.length === 0 ? 'All promises were kept.' : `BROKEN:\n- ${problems.slice(0, 20).join('\n- ')}`,
);
await fleet.stop();
await server.stop();
await outages.stop();
await database.close();
process.exit(problems.length === 0 ? 0 : 1);
