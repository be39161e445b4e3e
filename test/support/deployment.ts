import type { Phone } from '../whatsapp-server/phone.js';
import type { WhatsAppServer } from '../whatsapp-server/whatsapp-server.js';
import { createBackends, Processes } from './processes.js';
import { eventually, type Service } from './service.js';
import type { TestDatabase } from './test-database.js';

/** The longest reconnect delay is then 4 s. */
const MAX_LOGINS = 3;

/** Several processes with one database and one phone. */
export class Deployment extends Processes {
  private reusable: { service: Service; loginsBefore: number } | null = null;

  private constructor(
    server: WhatsAppServer,
    database: TestDatabase,
    readonly phone: Phone,
  ) {
    super(server, database);
  }

  static async create(): Promise<Deployment> {
    const [server, database] = await createBackends();
    const phone = server.createPhone({ number: '491701230000', pushName: 'Owner' });
    await phone.saveContact({ number: '491701234567', fullName: 'Anna Müller', firstName: 'Anna' });
    return new Deployment(server, database, phone);
  }

  /** @param node path of the Node.js binary; default: the one that runs the tests */
  start(
    ROLE: 'api' | 'session' | 'all',
    environment: Record<string, string> = {},
    node?: string,
  ): Promise<Service> {
    return this.launch({ ROLE, ...environment }, node);
  }

  /**
   * Returns a service whose session is linked and open. Keeps the running process until its connection was lost a few
   * times, because reconnect delays double with each loss.
   */
  async linked(): Promise<Service> {
    const current = this.reusable;
    const service = current?.service ?? (await this.start('all'));
    if (!current) this.reusable = { service, loginsBefore: this.logins };
    if (this.phone.companions.length === 0) await this.link(service);
    await service.sessionThat(({ status }) => status === 'open');
    await this.phone.whenOnline();
    return service;
  }

  /** Stops the service of linked() if a test needs a new one. */
  async release(): Promise<void> {
    if (!this.reusable) return;
    const { service, loginsBefore } = this.reusable;
    const { status } = await service.session();
    const reconnects = this.logins - loginsBefore;
    if (status !== 'open' || reconnects < 0 || reconnects > MAX_LOGINS) await this.stopLinked();
  }

  /** Stops the service of linked(). @returns its exit code; null if a signal ended it */
  async stopLinked(): Promise<number | null> {
    const { reusable } = this;
    this.reusable = null;
    if (!reusable) throw new Error('No service is running');
    return reusable.service.stop();
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

  remove(): Promise<void> {
    return this.close('SIGKILL');
  }
}
