import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { MemoryWatch, residentTreeMb, workerEnvironment } from '../test/support/memory.js';
import { openScratchDatabase } from '../test/support/scratch-database.js';
import { Service } from '../test/support/service.js';
import type { Phone } from '../test/whatsapp-server/phone.js';
import { WhatsAppServer } from '../test/whatsapp-server/whatsapp-server.js';

/**
 * `npm run bench:first-sync -- 100000`: measures a first sync of 100,000 contacts during continuous probe and lookup
 * requests, with both roles in one process and in two, and compares it with the idle service.
 */
const CONTACTS = Number(process.argv[2] ?? 100_000);
const KNOWN = '4915000000000';
const PATHS = ['/livez', `/getcontact?phone=${KNOWN}`];
const IDLE_MS = 5_000;
const SETTLE_MS = 45_000;

type Latencies = Record<string, number[]>;

function createPhone(server: WhatsAppServer): Promise<Phone> {
  const phone = server.createPhone({ number: '491701230000', pushName: 'Owner' });
  const contacts = Array.from({ length: CONTACTS }, (_, index) => ({
    number: String(4915000000000 + index),
    fullName: `Person ${index} of many`,
    firstName: `Person ${index}`,
  }));
  return phone.saveContacts(contacts).then(() => phone);
}

async function latenciesSince(probe: ChildProcess): Promise<Latencies> {
  probe.send('report');
  const [latencies] = (await once(probe, 'message')) as [Latencies];
  return latencies;
}

function quantile(sorted: number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

function printLatencies(idle: Latencies, busy: Latencies): void {
  for (const path of PATHS) {
    const [before, during] = [idle, busy].map((all) => (all[path] ?? []).sort((a, b) => a - b)) as [
      number[],
      number[],
    ];
    const cells = [0.5, 0.99, 1].map((share) => {
      const ms = quantile(during, share);
      return `${ms.toFixed(1)} ms (${(ms / quantile(before, share)).toFixed(1)}x idle)`;
    });
    console.log(
      `  ${path.padEnd(35)} p50 ${cells[0]}, p99 ${cells[1]}, max ${cells[2]}; ${during.length} requests`,
    );
  }
}

async function measure(title: string, roles: ('all' | 'api' | 'session')[]): Promise<void> {
  const [database, server] = await Promise.all([openScratchDatabase(), WhatsAppServer.start()]);
  const phone = await createPhone(server);
  const env = { ...workerEnvironment(server), DATABASE_URL: database.url, LOG_LEVEL: 'warn' };
  const services: Service[] = [];
  for (const ROLE of roles) services.push(await Service.start({ ...env, ROLE }));
  const [api] = services as [Service];
  const watches = services.map(({ process }) => new MemoryWatch(process.pid, 200, residentTreeMb));
  const probe = fork(new URL('./latency-probe.ts', import.meta.url), [String(api.port), ...PATHS], {
    execArgv: ['--import', 'tsx'],
  });
  try {
    await api.qr();
    await latenciesSince(probe);
    await sleep(IDLE_MS);
    const idle = await latenciesSince(probe);
    const startedAtMs = performance.now();
    await phone.scan(() => api.qr());
    await api.sessionThat(({ contacts }) => contacts.count >= CONTACTS, 600_000);
    const tookMs = performance.now() - startedAtMs;
    await api.synced(600_000);
    const busy = await latenciesSince(probe);
    console.log(`${title}: ${CONTACTS} contacts in ${(tookMs / 1000).toFixed(1)} s after the scan`);
    printLatencies(idle, busy);
    await sleep(SETTLE_MS);
    roles.forEach((role, index) => {
      const { peakMb = 0, lastMb = 0 } = watches[index] ?? {};
      console.log(`  ROLE=${role}: peak ${peakMb} MB, ${SETTLE_MS / 1000} s later ${lastMb} MB`);
    });
  } finally {
    probe.kill();
    for (const watch of watches) watch.stop();
    await Promise.all(services.map((service) => service.stop()));
    await server.stop();
    await database.close();
  }
}

await measure('Both roles in one process', ['all']);
await measure('API and session apart', ['api', 'session']);
process.exit(0);
