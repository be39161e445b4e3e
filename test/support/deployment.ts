import { WhatsAppServer } from '../whatsapp-server/whatsapp-server.js';
import type { Phone } from '../whatsapp-server/phone.js';
import { eventually, Service } from './service.js';
import { createTestDatabase, type TestDatabase } from './test-database.js';

/** Several processes with one database and one phone. */
export class Deployment {
  readonly services: Service[] = [];

  private constructor(
    readonly server: WhatsAppServer,
    readonly database: TestDatabase,
    readonly phone: Phone,
  ) {}

  static async create(): Promise<Deployment> {
    const [server, database] = await Promise.all([WhatsAppServer.start(), createTestDatabase()]);
    const phone = server.createPhone({ number: '491701230000', pushName: 'Owner' });
    await phone.saveContact({ number: '491701234567', fullName: 'Anna Müller', firstName: 'Anna' });
    return new Deployment(server, database, phone);
  }

  /** @param node path of the Node.js binary; default: the one that runs the tests */
  async start(
    ROLE: 'api' | 'session' | 'all',
    environment: Record<string, string> = {},
    node?: string,
  ): Promise<Service> {
    const common = { ...this.server.environment(), DATABASE_URL: this.database.url };
    const service = await Service.start({ ...common, ROLE, ...environment }, undefined, node);
    this.services.push(service);
    return service;
  }

  async link(api: Service): Promise<void> {
    await this.phone.scan(() => api.qr());
    await api.sessionThat(({ status }) => status === 'open');
  }

  /** Number of logins of the linked device. */
  get logins(): number {
    return this.phone.companions[0]?.logins ?? 0;
  }

  /** Waits for the next login, and returns the elapsed time in ms. */
  async nextLoginMs(after: number, timeoutMs = 25_000): Promise<number> {
    const startedAtMs = performance.now();
    const look = async () => this.logins > after && this.phone.companions[0]?.online;
    await eventually('the device logs in again', look, timeoutMs);
    return performance.now() - startedAtMs;
  }

  async remove(): Promise<void> {
    await Promise.all(
      this.services
        .filter(({ process }) => process.exitCode === null)
        .map((service) => service.stop('SIGKILL')),
    );
    await this.server.stop();
    await this.database.drop();
  }
}
