import type { NamedSessionDto } from '../../src/api/sessions/sessions.dto.js';
import { workerEnvironment } from '../support/memory.js';
import { type Answer, eventually, Service } from '../support/service.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import type { Phone } from '../whatsapp-server/phone.js';
import { WhatsAppServer } from '../whatsapp-server/whatsapp-server.js';

const TIMEOUT_MS = 30_000;

/** A deployment with any number of sessions and processes, and a WhatsApp with any number of phones. */
export class SessionsWorld {
  /** All processes that were started. The first one answers requests. */
  readonly services: Service[] = [];

  private constructor(
    readonly server: WhatsAppServer,
    readonly database: TestDatabase,
  ) {}

  static async create(): Promise<SessionsWorld> {
    const [server, database] = await Promise.all([WhatsAppServer.start(), createTestDatabase()]);
    return new SessionsWorld(server, database);
  }

  get api(): Service {
    return this.services[0] as Service;
  }

  async start(environment: Record<string, string> = {}): Promise<Service> {
    const common = { ...workerEnvironment(this.server), DATABASE_URL: this.database.url };
    const service = await Service.start({ ...common, ...environment });
    this.services.push(service);
    return service;
  }

  /** @param number digits, also of the LID unless given */
  phone(number: string, pushName: string): Phone {
    return this.server.createPhone({ number, pushName });
  }

  create(name: string): Promise<Answer<NamedSessionDto>> {
    return this.post('/sessions', { name });
  }

  post<Body>(path: string, body: unknown): Promise<Answer<Body>> {
    return this.api.post(path, body);
  }

  delete<Body = { message: string }>(path: string): Promise<Answer<Body>> {
    return this.api.delete(path);
  }

  async session(name: string): Promise<NamedSessionDto> {
    return (await this.api.get<NamedSessionDto>(`/sessions/${name}`)).body;
  }

  /** Waits for a state of a session; on failure the error shows the last one. */
  async sessionThat(
    name: string,
    picks: (session: NamedSessionDto) => boolean,
    timeoutMs = TIMEOUT_MS,
  ): Promise<NamedSessionDto> {
    let last: NamedSessionDto | undefined;
    const look = async () => {
      last = await this.session(name);
      return picks(last) && last;
    };
    return eventually(`session ${name} is as expected`, look, timeoutMs).catch((error: unknown) => {
      throw new Error(
        `${(error as Error).message}: ${JSON.stringify(last)}\n${this.api.output.slice(-3_000)}`,
      );
    });
  }

  /** Scans the QR code of a session without waiting for the first sync. */
  async scan(name: string, phone: Phone): Promise<void> {
    const qr = async () => (await this.sessionThat(name, (session) => session.qr !== null)).qr as string;
    await phone.scan(qr, { timeoutMs: TIMEOUT_MS });
  }

  /** Links the phone, and waits until the first sync is complete. */
  async link(name: string, phone: Phone): Promise<void> {
    await this.scan(name, phone);
    await this.sessionThat(name, ({ status, contacts }) => status === 'open' && contacts.sync === 'complete');
  }

  async stop(): Promise<void> {
    await Promise.all(this.services.filter(({ isRunning }) => isRunning).map((each) => each.stop()));
    await this.server.stop();
    await this.database.drop();
  }
}
