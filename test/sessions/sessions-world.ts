import type { NamedSessionDto } from '../../src/api/sessions/sessions.dto.js';
import { createBackends, Processes } from '../support/processes.js';
import { type Answer, eventually, type Service } from '../support/service.js';
import type { Phone } from '../whatsapp-server/phone.js';

/** For sessions that hang: many link at once, on a machine that other suites use as well. */
const TIMEOUT_MS = 600_000;

/** A deployment with any number of sessions and processes, and a WhatsApp with any number of phones. */
export class SessionsWorld extends Processes {
  static async create(): Promise<SessionsWorld> {
    return new SessionsWorld(...(await createBackends()));
  }

  /** The first process, which answers requests. */
  get api(): Service {
    return this.services[0] as Service;
  }

  start(environment: Record<string, string> = {}): Promise<Service> {
    return this.launch(environment);
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
      last = await this.session(name).catch(() => undefined);
      return last && picks(last) ? last : null;
    };
    return eventually(`session ${name} is as expected`, look, timeoutMs).catch((error: unknown) => {
      throw new Error(`${(error as Error).message}: ${JSON.stringify(last)}\n${this.logOf(name).join('\n')}`);
    });
  }

  /** Returns the latest log entries of a session, of all processes. */
  private logOf(name: string): string[] {
    const entries = this.services.flatMap(({ output }) => output.split('\n'));
    return entries.filter((entry) => entry.includes(`"session":"${name}"`)).slice(-60);
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

  stop(): Promise<void> {
    return this.close();
  }
}
