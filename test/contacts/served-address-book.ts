import type { DataSource } from 'typeorm';
import type { Jid } from '../../src/contacts/address.js';
import type { ContactChanges } from '../../src/contacts/changes/contact-changes.js';
import { createContactsService, linkAccount } from '../support/contacts.js';
import { openDataSource } from '../support/open-data-source.js';
import { Service } from '../support/service.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

/** The number of the account. */
const ME = '4915100000000@s.whatsapp.net' as Jid;

/** The n-th person, 10 to 99. */
export const jidOf = (n: number) => `4917000000${n}@s.whatsapp.net` as Jid;

/** An address book in a database of its own, written as the session role writes it, and the API that serves it. */
export class ServedAddressBook {
  accountId = 0;

  private constructor(
    private readonly database: TestDatabase,
    /** between the API and its database */
    readonly proxy: TcpProxy,
    readonly dataSource: DataSource,
    readonly service: Service,
  ) {}

  static async start(): Promise<ServedAddressBook> {
    const database = await createTestDatabase();
    const dataSource = await openDataSource(database.url);
    const { proxy, url } = await TcpProxy.beforeDatabase(database.url);
    const service = await Service.start({ DATABASE_URL: url, ROLE: 'api' });
    return new ServedAddressBook(database, proxy, dataSource, service);
  }

  /** Begins with nobody in it. */
  async clear(): Promise<void> {
    this.accountId = await linkAccount(this.dataSource, ME);
  }

  apply(changes: ContactChanges): Promise<unknown> {
    const account = { accountId: this.accountId, jid: ME, lid: null };
    return this.dataSource.transaction((tx) => createContactsService().apply(tx, account, changes));
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
    await this.dataSource.destroy();
    await this.database.drop();
  }
}
