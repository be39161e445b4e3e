import { setTimeout as sleep } from 'node:timers/promises';
import { workerEnvironment } from '../support/memory.js';
import { openScratchDatabase } from '../support/scratch-database.js';
import { WhatsAppServer } from '../whatsapp-server/whatsapp-server.js';
import { ApiWatch } from './api-watch.js';
import { AddressBookChanges } from './address-book-changes.js';
import { DatabaseOutages } from './database-outages.js';
import { compareWithTruth } from './compare-with-truth.js';
import { Faults } from './faults.js';
import { Fleet } from './fleet.js';
import { OwnerWatch } from './owner-watch.js';
import { Random } from './random.js';

/**
 * `npm run test:soak -- <minutes> [seed]`: two replicas of each role on one Postgres, in a world where processes are
 * killed and frozen, lines cut and databases restarted, while people change. Ends with a report, and with exit code 1
 * when a promise was broken.
 */
const minutes = Number(process.argv[2] ?? 5);
const seed = Number(process.argv[3] ?? Date.now() % 1_000_000);
const SETTLE_MS = 90_000;

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
console.log(`Soak of ${minutes} minutes, seed ${seed}`);

await phone.scan(await fleet.anyApi.qr());
await fleet.anyApi.synced(60_000);
// Before an account is linked the routes answer 503 by contract.
const api = new ApiWatch(fleet.apis, outages);
const faults = new Faults({ server, fleet, outages, random });
const until = Date.now() + minutes * 60_000;
await Promise.all([changes.until(() => Date.now() >= until), faults.until(until)]);

console.log('The world is quiet now; waiting for the truth');
const differences = await compareWithTruth(fleet.anyApi, changes, SETTLE_MS);
await sleep(1_000);
api.stop();
owners.stop();
const memory = fleet.memoryReport();
const problems = [
  ...differences,
  ...api.problems(),
  ...owners.problems(faults.frozenOwners),
  ...fleet.crashes,
  ...memory.filter(({ grows }) => grows).map(({ line }) => `grows: ${line}`),
  ...server.errors.map((error) => `the test's server failed: ${error.message}`),
];
console.log(`Changes: ${JSON.stringify(changes.counts)}`);
console.log(`Faults: ${JSON.stringify(faults.counts)}`);
console.log(`API: ${api.summary()}`);
console.log(`Session: ${owners.summary()}; ${fleet.threadDeaths} threads died`);
for (const { line } of memory) console.log(`Memory: ${line}`);
console.log(
  problems.length === 0 ? 'All promises were kept.' : `BROKEN:\n- ${problems.slice(0, 20).join('\n- ')}`,
);
await fleet.stop();
await server.stop();
await outages.stop();
await database.close();
process.exit(problems.length === 0 ? 0 : 1);
