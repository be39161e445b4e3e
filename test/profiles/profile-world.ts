import type { BinaryNode } from '@whiskeysockets/baileys';
import { workerEnvironment } from '../support/memory.js';
import { eventually, Service } from '../support/service.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import type { Contact } from '../whatsapp-server/contact.js';
import { iq } from '../whatsapp-server/faults.js';
import type { HistorySettings } from '../whatsapp-server/history.js';
import type { Phone } from '../whatsapp-server/phone.js';
import { children } from '../whatsapp-server/stanza.js';
import { WhatsAppServer } from '../whatsapp-server/whatsapp-server.js';

const OWN = '4915100000001';
const SOON_MS = 2_000;

/** Returns bytes that start like a JPEG file. */
export const jpeg = (text: string) =>
  Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.from(text)]);
const numberOf = (i: number) => String(491700000000 + i);

/** Profile columns of a contact. They are selected by name, so that a missing column fails. */
interface PersonRow extends Record<string, unknown> {
  about: string | null;
  about_state: string | null;
  business_name: string | null;
  is_business: boolean | null;
  picture: string | null;
  picture_bytes: Buffer | null;
  keys: string[];
  current_key: string | null;
  moved_to: string | null;
  moved_from: string | null;
}

const PERSON = `
  SELECT about, about_state, business_name, is_business, moved_to, moved_from,
    p.state AS picture, p.bytes AS picture_bytes,
    ARRAY(SELECT encode(key, 'hex') FROM identity_key k WHERE k.contact_id = c.id ORDER BY k.id) AS keys,
    (SELECT encode(key, 'hex') FROM identity_key k WHERE k.contact_id = c.id AND is_current) AS current_key
  FROM contact c LEFT JOIN contact_picture p ON p.contact_id = c.id WHERE c.jid = $1`;

/** A service that is linked to a phone whose contacts all have a profile. */
export class ProfileWorld {
  contacts: Contact[] = [];
  service!: Service;

  private constructor(
    readonly database: TestDatabase,
    readonly server: WhatsAppServer,
    readonly phone: Phone,
    private readonly settings: Record<string, string>,
  ) {}

  /**
   * Starts a service and links it to a phone that has saved the contacts.
   *
   * @param prepare called before the phone is linked
   * @param history content of the history sync in addition to push names
   */
  static async create(
    people: number,
    settings: Record<string, string>,
    prepare?: (server: WhatsAppServer, people: Contact[]) => void,
    history?: (people: Contact[]) => Partial<HistorySettings>,
  ): Promise<ProfileWorld> {
    const server = await WhatsAppServer.start();
    const phone = server.createPhone({ number: OWN, pushName: 'The owner' });
    const world = new ProfileWorld(await createTestDatabase(), server, phone, settings);
    for (let i = 0; i < people; i += 1) {
      const facts = {
        about: `about ${i}`,
        picture: jpeg(`picture ${i}`),
        verifiedName: i === 3 ? 'Shop' : undefined,
        pushName: `Push ${i}`,
      };
      world.contacts.push(server.createContact({ number: numberOf(i), addressing: 'pn', ...facts }));
    }
    await phone.saveContacts(world.contacts.map(({ number }) => ({ number, fullName: `Person ${number}` })));
    prepare?.(server, world.contacts);
    Object.assign(phone.history, history?.(world.contacts));
    await world.start();
    await phone.scan(() => world.service.qr());
    return world;
  }

  async start(): Promise<void> {
    const fixed = { DATABASE_URL: this.database.url, DOWNLOADS_START_AFTER_MINUTES: '0' };
    this.service = await Service.start({ ...workerEnvironment(this.server), ...fixed, ...this.settings });
  }

  async restart(): Promise<void> {
    await this.service.stop();
    await this.start();
    await this.service.sessionThat(({ status }) => status === 'open');
  }

  async end(): Promise<void> {
    await this.service.stop();
    await this.server.stop();
    await this.database.drop();
  }

  contact(i: number): Contact {
    return this.contacts[i] as Contact;
  }

  async personThat(what: string, jid: string, picks: (row: PersonRow) => boolean): Promise<PersonRow> {
    let last: PersonRow | undefined;
    const look = async () => {
      [last] = await this.database.query<PersonRow>(PERSON, [jid]);
      return last && picks(last) && last;
    };
    return eventually(what, look, SOON_MS).catch((error: Error) => {
      throw new Error(`${error.message}: ${JSON.stringify(last)}\n${this.service.output.slice(-1_500)}`);
    });
  }

  async fetched(): Promise<number> {
    const [row] = await this.database.query<{ count: number }>(
      'SELECT count(profile_fetched_at)::int AS count FROM contact',
    );
    return row?.count ?? 0;
  }

  async allFetched(): Promise<void> {
    const isDone = async () =>
      (await this.fetched()) === this.contacts.length && (await this.picturesWanted()) === 0;
    await eventually('all are fetched', isDone).catch(this.explain);
  }

  /** Returns the number of contacts whose changed picture is not fetched yet. */
  async picturesWanted(): Promise<number> {
    const [row] = await this.database.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM contact_picture WHERE state = 'changed'`,
    );
    return row?.count ?? 0;
  }

  /** Rethrows an error together with the last output of the service. */
  readonly explain = (error: Error): never => {
    throw new Error(`${error.message}\n${this.service.output.slice(-3_000)}`);
  };

  /** Targets of all picture requests, one entry per request. */
  get askedForPicture(): string[] {
    return this.server.log
      .filter(({ node }) => iq('w:profile:picture')(node))
      .map(({ attrs }) => attrs.target ?? '');
  }

  /** JIDs in all usync queries for about texts, one entry per query. */
  get askedAbout(): string[] {
    return this.profileQueries.flatMap((usync) =>
      children(children(usync, 'list')[0], 'user').map(({ attrs }) => attrs.jid ?? ''),
    );
  }

  /** All usync queries for profiles. */
  get profileQueries(): (BinaryNode | undefined)[] {
    const queries = this.server.log
      .filter(({ node }) => iq('usync')(node))
      .map(({ node }) => children(node, 'usync')[0]);
    return queries.filter((usync) =>
      children(children(usync, 'query')[0]).some(({ tag }) => tag === 'status'),
    );
  }
}
