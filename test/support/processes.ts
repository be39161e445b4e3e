import { WhatsAppServer } from '../whatsapp-server/whatsapp-server.js';
import { workerEnvironment } from './memory.js';
import { Service } from './service.js';
import { createTestDatabase, type TestDatabase } from './test-database.js';

/** Starts a WhatsApp server and creates a database. */
export async function createBackends(): Promise<[WhatsAppServer, TestDatabase]> {
  return Promise.all([WhatsAppServer.start(), createTestDatabase()]);
}

/** Processes of the service that share a WhatsApp server and a database. */
export class Processes {
  /** All processes that were started, including stopped ones. */
  readonly services: Service[] = [];

  constructor(
    readonly server: WhatsAppServer,
    readonly database: TestDatabase,
  ) {}

  /** @param node path of the Node.js binary; default: the one that runs the tests */
  protected async launch(environment: Record<string, string>, node?: string): Promise<Service> {
    const common = { ...workerEnvironment(this.server), DATABASE_URL: this.database.url };
    const service = await Service.start({ ...common, ...environment }, undefined, node);
    this.services.push(service);
    return service;
  }

  /** Stops all processes, then removes the server and the database. */
  protected async close(signal?: NodeJS.Signals): Promise<void> {
    const running = this.services.filter(({ isRunning }) => isRunning);
    await Promise.all(running.map((service) => service.stop(signal)));
    await this.server.stop();
    await this.database.drop();
  }
}
