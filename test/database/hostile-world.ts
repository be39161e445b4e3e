import { jpeg } from '../profiles/profile-world.js';
import { workerEnvironment } from '../support/memory.js';
import { eventually, type RequestOptions, Service } from '../support/service.js';
import { createDatabase, createRole, type TestDatabase } from '../support/test-database.js';
import type { Phone } from '../whatsapp-server/phone.js';
import { WhatsAppServer } from '../whatsapp-server/whatsapp-server.js';

export const API_KEY = 'a-key-for-unusual-settings';
export const PICTURE = jpeg('picture of Anna');

export interface Surroundings {
  /** Settings of the database, as in SET. */
  database?: string[];
  /** Settings of the role. */
  role?: string[];
  /** Statements that an administrator has run in the database. ROLE is replaced by the name of the role. */
  statements?: string[];
  environment?: Record<string, string>;
}

/** A service on an empty database with unusual settings, and a phone with one contact. */
export class HostileWorld {
  service!: Service;

  private constructor(
    readonly database: TestDatabase,
    readonly role: Awaited<ReturnType<typeof createRole>>,
    readonly server: WhatsAppServer,
    readonly phone: Phone,
    private readonly environment: Record<string, string>,
  ) {}

  static async create({ database = [], role = [], statements = [], environment = {} }: Surroundings) {
    const server = await WhatsAppServer.start();
    const db = await createDatabase('TEMPLATE template0');
    const login = await createRole(db);
    const name = new URL(db.url).pathname.slice(1);
    const all = [
      ...statements.map((statement) => statement.replaceAll('ROLE', login.name)),
      ...database.map((setting) => `ALTER DATABASE ${name} SET ${setting}`),
      ...role.map((setting) => `ALTER ROLE ${login.name} SET ${setting}`),
    ];
    for (const statement of all) await db.query(statement);
    const phone = server.createPhone({ number: '491701230000', pushName: 'Owner' });
    const anna = { number: '491701234567', addressing: 'pn', pushName: 'Anna M.' } as const;
    server.createContact({ ...anna, about: "It's \\ a backslash", picture: PICTURE });
    await phone.saveContact({ number: anna.number, fullName: 'Anna O’Müller \\', firstName: 'Anna' });
    const world = new HostileWorld(db, login, server, phone, {
      ...workerEnvironment(server),
      API_KEY,
      DATABASE_URL: login.url,
      DOWNLOADS_START_AFTER_MINUTES: '0',
      WEBHOOKS_ALLOW_PRIVATE: '127.0.0.0/8',
      ...environment,
    });
    return world;
  }

  async start(): Promise<void> {
    this.service = await Service.start(this.environment);
  }

  /**
   * Returns the body of a response. Repeats a GET that hits a connection which the database has just closed.
   *
   * @throws Error if its status is not 2xx
   */
  async read<Body>(path: string, options: RequestOptions = {}): Promise<Body> {
    const isRepeatable = (options.method ?? 'GET') === 'GET';
    const read = await eventually(`${path} can be read`, async () => {
      const { status, text, body } = await this.service.request<Body>(path, { key: API_KEY, ...options });
      if (status === 503 && isRepeatable) return null;
      if (status >= 300)
        throw new Error(`${path} returns ${status}: ${text}\n${this.service.output.slice(-3_000)}`);
      return { body };
    });
    return read.body;
  }

  /** Reads a resource until it is as expected. */
  async readUntil<Body>(path: string, picks: (body: Body) => unknown): Promise<Body> {
    let last: Body | undefined;
    return eventually(`${path} is as expected`, async () => {
      const { status, body, text } = await this.service.request<Body>(path, { key: API_KEY });
      // A database that is slower than the time limits of the service, as on a busy machine.
      if (status === 503) return null;
      if (status !== 200) throw new Error(`${path} returns ${status}: ${text}`);
      last = body;
      return picks(last) ? last : null;
    }).catch((error: Error) => {
      throw new Error(`${error.message}: ${JSON.stringify(last)}\n${this.service.output.slice(-3_000)}`);
    });
  }

  async stop(): Promise<void> {
    if (this.service?.isRunning) await this.service.stop('SIGKILL');
    await this.server.stop();
    await this.database.drop();
    await this.role.drop();
  }
}
