import { Mutex } from 'async-mutex';
import type { ContactDto } from '../../src/api/contacts/contact.dto.js';
import type { ContactPageDto } from '../../src/api/contacts/contact-list.dto.js';
import type { SessionDto } from '../../src/api/sessions/session-status.dto.js';
import type { Companion } from '../whatsapp-server/companion.js';
import type { Phone } from '../whatsapp-server/phone.js';
import type { PhoneOptions, WhatsAppServer } from '../whatsapp-server/whatsapp-server.js';
import { workerEnvironment } from './memory.js';
import { createBackends } from './processes.js';
import { eventually, Service } from './service.js';
import type { TestDatabase } from './test-database.js';

/** Longer reconnect delays are not awaited: the service is restarted instead. */
const MAX_PAUSE_MS = 4_000;
const LINK_TIMEOUT_MS = 60_000;

export type Names = Pick<ContactDto, 'full_name' | 'first_name' | 'push_name'>;

/** State that the sessions of a deployment share. */
interface Deployment {
  server: WhatsAppServer;
  database: TestDatabase;
  environment: Record<string, string>;
  service?: Service;
  restarts: Mutex;
}

/** A WhatsApp server, a phone, and a service with a dedicated database; or one more session and phone of it. */
export class World {
  private constructor(
    private readonly deployment: Deployment,
    readonly phone: Phone,
    readonly session = 'default',
  ) {}

  /**
   * @param owner properties of the phone that differ from the defaults
   * @param preload URL of a module that every thread of the service loads first
   */
  static async create(
    environment: Record<string, string> = {},
    owner: Partial<PhoneOptions> = {},
    preload?: string,
  ): Promise<World> {
    const [server, database] = await createBackends();
    const phone = server.createPhone({ number: '491701230000', pushName: 'Owner', ...owner });
    const attached = workerEnvironment(server);
    const NODE_OPTIONS = [attached.NODE_OPTIONS, preload && `--import=${preload}`].filter(Boolean).join(' ');
    const all = { ...attached, NODE_OPTIONS, DATABASE_URL: database.url, ...environment };
    return new World({ server, database, environment: all, restarts: new Mutex() }, phone);
  }

  /** Adds a session to the same service, with another phone. */
  async beside(session: string, number: string): Promise<World> {
    const { server, database } = this.deployment;
    const phone = server.createPhone({ number, pushName: `Owner of ${session}` });
    await database.query('INSERT INTO session (name) VALUES ($1)', [session]);
    return new World(this.deployment, phone, session);
  }

  get server(): WhatsAppServer {
    return this.deployment.server;
  }

  get database(): TestDatabase {
    return this.deployment.database;
  }

  get service(): Service {
    return this.deployment.service as Service;
  }

  async startService(): Promise<void> {
    this.deployment.service = await Service.start(this.deployment.environment);
  }

  /** Returns the state of the session. */
  state(): Promise<SessionDto> {
    return this.service.session(this.path);
  }

  /** Waits for a state of the session, also across restarts of the service. */
  stateThat(picks: (session: SessionDto) => boolean, timeoutMs?: number): Promise<SessionDto> {
    const look = async () => {
      const state = await this.state().catch(() => null);
      return state && picks(state) && state;
    };
    return eventually(`session ${this.session} is as expected`, look, timeoutMs);
  }

  /** Starts the service and links it, without waiting for the first sync. */
  async startLinked(): Promise<Companion> {
    await this.startService();
    return this.phone.scan(() => this.service.qr(LINK_TIMEOUT_MS), { timeoutMs: LINK_TIMEOUT_MS });
  }

  killAndRestart(): Promise<void> {
    return this.restart('SIGKILL');
  }

  /** Restarts the service for all sessions. Restarts do not overlap. */
  async restart(signal?: NodeJS.Signals): Promise<void> {
    await this.deployment.restarts.runExclusive(async () => {
      await this.service.stop(signal);
      await this.startService();
    });
  }

  async stop(): Promise<void> {
    await this.deployment.service?.stop();
    await this.server.stop();
    await this.database.drop();
  }

  private get path(): string {
    return this.session === 'default' ? '/session' : `/sessions/${this.session}`;
  }

  /** Returns the contacts of /getcontacts, by number. */
  async listed(): Promise<Map<string, Names>> {
    const { status, body } = await this.service.get<ContactDto[]>(`/sessions/${this.session}/getcontacts`);
    if (status !== 200) throw new Error(`/getcontacts answers ${status}`);
    return new Map(body.map(({ jid, ...names }) => [jid.slice(0, jid.indexOf('@')), names]));
  }

  /** Returns the stored usernames, by number. */
  async usernames(): Promise<Map<string, string>> {
    const path = `/sessions/${this.session}/contacts?limit=1000&has_phone=true`;
    const { status, body } = await this.service.get<ContactPageDto>(path);
    if (status !== 200) throw new Error(`/contacts answers ${status}`);
    return new Map(
      body.items.flatMap(({ phone, username }) => (phone && username ? [[phone, username] as const] : [])),
    );
  }

  async listedOne(number: string): Promise<Names | undefined> {
    return (await this.listed()).get(number);
  }

  /** Returns one line for each saved name that differs between service and phone. */
  async differences(): Promise<string[]> {
    const listed = await this.listed();
    const book = this.phone.addressBook();
    const numbers = new Set([...listed.keys(), ...book.keys()]);
    return [...numbers].flatMap((number) => {
      const theirs = book.get(number as never);
      const truth = `${theirs?.fullName ?? ''}|${theirs?.firstName ?? ''}`;
      const ours = listed.get(number);
      const seen = `${ours?.full_name ?? ''}|${ours?.first_name ?? ''}`;
      return truth === seen ? [] : [`${number}: ${seen.slice(0, 80)} should be ${truth.slice(0, 80)}`];
    });
  }

  /** Waits until the service has the address book of the phone, and the session is open without a problem. */
  async truth(timeoutMs = 60_000): Promise<void> {
    let last: unknown;
    await eventually(
      'the service has the address book of the phone',
      async () => {
        const state = await this.skipPause();
        last = state;
        const { status, reason, contacts } = state;
        if (status !== 'open' || reason !== null || contacts.sync !== 'complete') return false;
        const differences = await this.differences();
        last = differences.slice(0, 5);
        return differences.length === 0;
      },
      timeoutMs,
    ).catch((error: unknown) => {
      const output = this.service.output.slice(-3_000);
      throw new Error(`${(error as Error).message}: ${JSON.stringify(last)}\n${output}`);
    });
  }

  /**
   * Restarts the service during a long reconnect delay. Delays grow with each lost connection.
   * @returns the state of the session
   */
  async skipPause(): Promise<SessionDto> {
    const state = await this.state();
    if (!isPausing(state)) return state;
    await this.deployment.restarts.runExclusive(async () => {
      if (!isPausing(await this.state())) return;
      await this.service.stop();
      await this.startService();
    });
    return this.state();
  }
}

function isPausing({ status, retry_at: retryAt }: SessionDto): boolean {
  return status === 'disconnected' && retryAt !== null && Date.parse(retryAt) > Date.now() + MAX_PAUSE_MS;
}
