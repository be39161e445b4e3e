import { setTimeout as sleep } from 'node:timers/promises';
import type { SessionDto } from '../../src/api/sessions/session-status.dto.js';
import { workerEnvironment } from '../support/memory.js';
import { openScratchDatabase, type ScratchDatabase } from '../support/scratch-database.js';
import type { Service } from '../support/service.js';
import type { Phone } from '../whatsapp-server/phone.js';
import { WhatsAppServer } from '../whatsapp-server/whatsapp-server.js';
import { acknowledgementReport, type Hindrance } from './acknowledgements.js';
import { AddressBookChanges } from './address-book-changes.js';
import { ApiWatch } from './api-watch.js';
import { compareWithTruth } from './compare-with-truth.js';
import { DatabaseOutages } from './database-outages.js';
import { Fleet } from './fleet.js';
import { OwnerWatch } from './owner-watch.js';
import { Random } from './random.js';

/** Of each session. */
const PEOPLE = 100;
const SESSIONS = ['default', 'session-1', 'session-2'];
const SETTLE_MS = 90_000;

/** One session of the fleet, and its phone. */
export interface SoakSession {
  name: string;
  phone: Phone;
  changes: AddressBookChanges;
}

/** Two replicas of each role on one Postgres, linked to phones whose people change, watched from both sides. */
export class SoakWorld {
  private constructor(
    readonly random: Random,
    readonly server: WhatsAppServer,
    readonly outages: DatabaseOutages,
    readonly sessions: SoakSession[],
    readonly fleet: Fleet,
    private readonly database: ScratchDatabase,
    private readonly owners: OwnerWatch,
    private readonly api: ApiWatch,
  ) {}

  static async start(seed: number): Promise<SoakWorld> {
    const random = new Random(seed);
    const [database, server] = await Promise.all([openScratchDatabase(), WhatsAppServer.start()]);
    const outages = await DatabaseOutages.before(database.url);
    const sessions = SESSIONS.map((name, at) => {
      const phone = server.createPhone({ number: String(491701230000 + at), pushName: `Owner of ${name}` });
      return { name, phone, changes: new AddressBookChanges(server, phone, random, at) };
    });
    for (const { changes } of sessions) await changes.prepare(PEOPLE);
    const environment = { ...workerEnvironment(server), DATABASE_URL: outages.url, LOG_LEVEL: 'info' };
    const fleet = await Fleet.start(environment);
    const owners = new OwnerWatch(server, sessions.length);
    for (const { name, phone } of sessions) await link(fleet.anyApi, name, phone);
    // Before an account is linked the routes answer 503 by contract.
    const api = new ApiWatch(fleet.apis, outages);
    return new SoakWorld(random, server, outages, sessions, fleet, database, owners, api);
  }

  /**
   * Waits for the truth, prints the report, and ends this program: with exit code 1 when a promise was broken.
   * @param report lines of the caller's own, and what it found broken
   * @param frozenOwners sessions of processes that were frozen with their connections open: WhatsApp may have seen as
   *   many conflicts
   */
  async finish(report: {
    lines: string[];
    problems: string[];
    frozenOwners: number;
    hindrances?: Hindrance[];
  }): Promise<never> {
    console.log('The world is quiet now; waiting for the truth');
    const compared = this.sessions.map(({ name, changes }) =>
      compareWithTruth(this.fleet.anyApi, name, changes, SETTLE_MS),
    );
    const differences = (await Promise.all(compared)).flat();
    await sleep(1_000);
    this.api.stop();
    this.owners.stop();
    const memory = this.fleet.memoryReport();
    const companions = this.sessions.flatMap(({ phone }) => phone.companions);
    const acknowledgements = acknowledgementReport(companions, report.hindrances ?? []);
    const problems = [
      ...report.problems,
      ...differences,
      ...acknowledgements.problems,
      ...this.api.problems(),
      ...this.owners.problems(report.frozenOwners),
      ...this.fleet.crashes,
      ...this.fleet.indiscretions.map((line) => `sensitive log line: ${line}`),
      ...memory.filter(({ grows }) => grows).map(({ line }) => `grows: ${line}`),
      ...this.server.errors.map((error) => `the test's server failed: ${error.message}`),
    ];
    const lines = [
      ...report.lines,
      ...this.sessions.map(({ name, changes }) => `Changes of ${name}: ${JSON.stringify(changes.counts)}`),
      acknowledgements.line,
      `API: ${this.api.summary()}`,
      `Session: ${this.owners.summary()}; ${this.fleet.threadDeaths} threads died`,
      ...memory.map(({ line }) => `Memory: ${line}`),
      problems.length === 0 ? 'No violations.' : `VIOLATIONS:\n- ${problems.slice(0, 20).join('\n- ')}`,
    ];
    console.log(lines.join('\n'));
    await this.fleet.stop();
    await this.server.stop();
    await this.outages.stop();
    await this.database.close();
    process.exit(problems.length === 0 ? 0 : 1);
  }
}

async function link(api: Service, name: string, phone: Phone): Promise<void> {
  const path = `/sessions/${name}`;
  if (name !== 'default') await api.post('/sessions', { name });
  const qr = async () => (await api.sessionThat((session) => session.qr !== null, 60_000, path)).qr as string;
  await phone.scan(qr, { timeoutMs: 60_000 });
  const isSynced = ({ status, contacts }: SessionDto) => status === 'open' && contacts.sync === 'complete';
  await api.sessionThat(isSynced, 60_000, path);
}
