import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { BinaryNode } from '@whiskeysockets/baileys';
import { eventually, Service } from './support/service.js';
import { createTestDatabase, type TestDatabase } from './support/test-database.js';
import type { Contact } from './whatsapp-server/contact.js';
import { iq } from './whatsapp-server/faults.js';
import type { Phone } from './whatsapp-server/phone.js';
import { children } from './whatsapp-server/stanza.js';
import { WhatsAppServer } from './whatsapp-server/whatsapp-server.js';

const OWN = '4915100000001';
const SOON_MS = 2_000;

const jpeg = (text: string) => Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.from(text)]);
const numberOf = (i: number) => String(491700000000 + i);

/** What the database says of a person; the columns are asked by name, so that a missing one fails. */
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

class World {
  contacts: Contact[] = [];
  service!: Service;

  private constructor(
    readonly database: TestDatabase,
    readonly server: WhatsAppServer,
    readonly phone: Phone,
    private readonly settings: Record<string, string>,
  ) {}

  /** A linked service, and people who are in the phone's address book. */
  static async create(people: number, settings: Record<string, string>): Promise<World> {
    const server = await WhatsAppServer.start();
    const phone = server.createPhone({ number: OWN, pushName: 'The owner' });
    const world = new World(await createTestDatabase(), server, phone, settings);
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
    await world.start();
    await phone.scan(await world.service.qr());
    return world;
  }

  async start(): Promise<void> {
    const fixed = { DATABASE_URL: this.database.url, DOWNLOADS_START_AFTER_MINUTES: '0' };
    this.service = await Service.start({ ...this.server.environment(), ...fixed, ...this.settings });
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
    await eventually('all are fetched', async () => (await this.fetched()) === this.contacts.length).catch(
      this.explain,
    );
  }

  /** With what the service has said last. */
  readonly explain = (error: Error): never => {
    throw new Error(`${error.message}\n${this.service.output.slice(-3_000)}`);
  };

  /** Whom the service asked for a picture, as often as it did. */
  get askedForPicture(): string[] {
    return this.server.log
      .filter(({ node }) => iq('w:profile:picture')(node))
      .map(({ attrs }) => attrs.target ?? '');
  }

  /** Whom it asked about by usync for the about text, as often as it did. */
  get askedAbout(): string[] {
    const queries = this.server.log
      .filter(({ node }) => iq('usync')(node))
      .map(({ node }) => children(node, 'usync')[0]);
    const isProfile = (usync: BinaryNode | undefined) =>
      children(children(usync, 'query')[0]).some(({ tag }) => tag === 'status');
    return queries
      .filter(isProfile)
      .flatMap((usync) => children(children(usync, 'list')[0], 'user').map(({ attrs }) => attrs.jid ?? ''));
  }
}

const keyOf = (contact: Contact) =>
  Buffer.from(contact.keys.signal.identity.public).toString('hex').slice(-64);

describe('profiles of people, with a large budget', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.create(10, { DOWNLOADS_PER_MINUTE: '6000' });
    world.contact(1).profile.setAbout(null);
    world.contact(1).profile.setPicture('hidden');
    world.contact(2).profile.setAbout('');
    world.contact(2).profile.setPicture(null);
    await world.service.synced();
    await world.allFetched();
  });

  afterAll(() => world?.end());

  it('arrive after linking: about, picture and identity key', async () => {
    const person = await world.personThat(
      'is fetched',
      world.contact(0).jid,
      ({ picture }) => picture === 'present',
    );
    expect(person).toMatchObject({ about: 'about 0', about_state: 'known', is_business: false });
    expect(person.picture_bytes?.toString()).toBe(jpeg('picture 0').toString());
    expect(person.keys).toEqual([keyOf(world.contact(0))]);
  });

  it('tell hidden from none', async () => {
    const hidden = await world.personThat(
      'is hidden',
      world.contact(1).jid,
      ({ picture }) => picture === 'hidden',
    );
    expect(hidden).toMatchObject({ about: null, about_state: 'hidden' });
    const none = await world.personThat(
      'has none',
      world.contact(2).jid,
      ({ picture }) => picture === 'none',
    );
    expect(none).toMatchObject({ about: '', about_state: 'known' });
  });

  it('tell who is a business', async () => {
    await world.personThat(
      'is one',
      world.contact(3).jid,
      (row) => row.is_business === true && row.business_name === 'Shop',
    );
  });

  it('ask about nobody twice, and tell how far they are', async () => {
    expect(world.askedForPicture.toSorted()).toEqual(
      world.contacts.map(({ jid }) => jid as string).toSorted(),
    );
    expect((await world.service.session()).profiles).toEqual({
      people: 10,
      fetched: 10,
      due: 0,
      paused: null,
    });
  });

  it('keep the own identity key', async () => {
    const [account] = await world.database.query<{ bytes: number }>(
      'SELECT length(identity_key) AS bytes FROM account',
    );
    expect(account?.bytes).toBe(32);
  });

  it('follow a changed about text', async () => {
    await world.contact(4).setAbout('Gone fishing 🎣');
    await world.personThat('has changed', world.contact(4).jid, ({ about }) => about === 'Gone fishing 🎣');
  });

  it.each([{ byHash: false }, { byHash: true }])(
    'follow a changed and a removed picture: %j',
    async (options) => {
      const contact = world.contact(options.byHash ? 5 : 6);
      const bytes = jpeg('another');
      await contact.setPicture(bytes, options);
      await world.personThat(
        'has changed',
        contact.jid,
        ({ picture_bytes }) => picture_bytes?.equals(bytes) ?? false,
      );
      await contact.setPicture(null, options);
      await world.personThat('is removed', contact.jid, ({ picture }) => picture === 'none');
    },
  );

  it('follow a verified name, and its end', async () => {
    await world.contact(4).setVerifiedName('Bäckerei');
    await world.personThat(
      'is a business',
      world.contact(4).jid,
      (row) => row.business_name === 'Bäckerei' && row.is_business === true,
    );
    await world.contact(4).setVerifiedName(undefined);
    await world.personThat('is none', world.contact(4).jid, ({ is_business }) => is_business === false);
  });

  it('keep the old identity key when it changes', async () => {
    const before = keyOf(world.contact(7));
    await world.contact(7).changeIdentity();
    const after = keyOf(world.contact(7));
    expect(after).not.toBe(before);
    const person = await world.personThat(
      'has a new key',
      world.contact(7).jid,
      (row) => row.current_key === after,
    );
    expect(person.keys).toEqual([before, after]);
  });

  it.each([{ byHash: false }, { byHash: true }])(
    'are fetched again when something has changed: %j',
    async (options) => {
      const contact = world.contact(8);
      contact.profile.setAbout(`silently changed ${String(options.byHash)}`);
      await contact.touchProfile(options);
      await world.personThat(
        'is fetched',
        contact.jid,
        ({ about }) => about === `silently changed ${String(options.byHash)}`,
      );
    },
  );

  it('follow a new number', async () => {
    const old = world.contact(9).jid;
    await world.contact(9).changeNumber('491709999999');
    await world.personThat('has moved', old, (row) => row.moved_to === world.contact(9).jid);
    await world.personThat('came', world.contact(9).jid, (row) => row.moved_from === old);
  });

  it('learn the identity key of who writes', async () => {
    const stranger = world.server.createContact({ number: '491711111111', pushName: 'Stranger' });
    await stranger.sendText(world.phone, 'hello');
    await world.personThat('is known', stranger.jid, ({ keys }) => keys[0] === keyOf(stranger));
  });

  it('are nothing that malformed notifications could break', async () => {
    for (const type of ['status', 'picture', 'contacts', 'business', 'encrypt', 'devices']) {
      for (const content of [undefined, 'text', Buffer.from([0xff]), [{ tag: 'set', attrs: {} }]]) {
        await world.server.sendToCompanions(world.phone, {
          tag: 'notification',
          attrs: { from: 'x@lid', type },
          content,
        });
      }
    }
    expect(await world.service.session()).toMatchObject({ status: 'open', reason: null });
  });
});

describe('profiles of 100 people', () => {
  let world: World;

  afterAll(() => world?.end());

  it('arrive once, though the service is killed in the middle', async () => {
    world = await World.create(100, { DOWNLOADS_PER_MINUTE: '1200' });
    await world.service.synced();
    await eventually('some are fetched', async () => (await world.fetched()) >= 20).catch(world.explain);
    await world.service.stop('SIGKILL');
    const before = world.askedAbout.length;
    expect(before).toBeLessThan(100);
    await world.start();
    await eventually(
      'the others are fetched',
      async () => new Set(world.askedForPicture).size >= 100 - 10,
      40_000,
    ).catch(world.explain);
    await eventually(
      'nobody is left but those asked about at the kill',
      async () => (await world.fetched()) >= 100 - 10,
    );
    expect(new Set(world.askedAbout).size).toBe(world.askedAbout.length);
    expect(new Set(world.askedForPicture).size).toBe(world.askedForPicture.length);
  }, 90_000);

  it('pause when WhatsApp complains, also after a restart', async () => {
    const complaint = { error: { code: 429, text: 'rate-overlimit' } };
    world.server.faults.received.arm(complaint, { when: iq('usync'), times: Infinity });
    await world.database.query('UPDATE contact SET profile_fetched_at = NULL, profile_attempted_at = NULL');
    const isPaused = ({ profiles }: { profiles: { paused: string | null } }) =>
      /fewer requests/.test(profiles.paused ?? '');
    const { profiles } = await world.service.sessionThat(isPaused);
    expect(profiles.paused).toMatch(/^WhatsApp asks for fewer requests; goes on at \d{4}-/);
    const asked = world.askedAbout.length;
    await world.service.stop();
    world.server.faults.disarm();
    await world.start();
    await world.service.sessionThat((session) => session.status === 'open' && isPaused(session));
    expect(world.askedAbout.length).toBe(asked);
  });
});
