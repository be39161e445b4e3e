import type { DataSource } from 'typeorm';
import type { Jid } from '../../src/kernel/identifiers/address.js';
import { openDataSource } from '../support/open-data-source.js';
import { Service } from '../support/service.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { TestAddressBook } from '../support/test-address-book.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

/** The n-th person, 10 to 99. */
export const jidOf = (n: number) => `4917000000${n}@s.whatsapp.net` as Jid;

/** An address book, and the API that serves it. */
export class ServedAddressBook extends TestAddressBook {
  private constructor(
    database: TestDatabase,
    dataSource: DataSource,
    /** between the API and its database */
    readonly proxy: TcpProxy,
    readonly service: Service,
  ) {
    super(database, dataSource);
  }

  /** @param prefix before the name of the database, where the API is to reach it by another way */
  static async start(environment: Record<string, string> = {}, prefix?: string): Promise<ServedAddressBook> {
    const database = await createTestDatabase();
    const dataSource = await openDataSource(database.url);
    const { proxy, url } = await TcpProxy.beforeDatabase(
      prefix ? new URL(new URL(database.url).pathname, prefix).href : database.url,
    );
    const service = await Service.start({ DATABASE_URL: url, ROLE: 'api', ...environment });
    return new ServedAddressBook(database, dataSource, proxy, service);
  }

  /** People 10, 11, … with these names. */
  save(...names: string[]): Promise<unknown> {
    return this.apply({
      saved: names.map((fullName, i) => ({ address: jidOf(10 + i), fullName, firstName: null })),
    });
  }

  async stop(): Promise<void> {
    await this.service.stop();
    await this.proxy.stop();
    await this.drop();
  }
}
