import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/service.js';
import type { Contact } from '../whatsapp-server/contact.js';
import { jpeg, ProfileWorld } from './profile-world.js';

const keyOf = (contact: Contact) =>
  Buffer.from(contact.keys.signal.identity.public).toString('hex').slice(-64);

describe('the profile fetch with a large budget', () => {
  let world: ProfileWorld;

  beforeAll(async () => {
    world = await ProfileWorld.create(10, { DOWNLOADS_PER_MINUTE: '6000' });
    world.contact(1).profile.setAbout(null);
    world.contact(1).profile.setPicture('hidden');
    world.contact(2).profile.setAbout('');
    world.contact(2).profile.setPicture(null);
    await world.service.synced();
    await world.allFetched();
  });

  afterAll(() => world?.end());

  it('stores about text, picture and identity key after linking', async () => {
    const person = await world.personThat(
      'is fetched',
      world.contact(0).jid,
      ({ picture }) => picture === 'present',
    );
    expect(person).toMatchObject({ about: 'about 0', about_state: 'known', is_business: false });
    expect(person.picture_bytes?.toString()).toBe(jpeg('picture 0').toString());
    expect(person.keys).toEqual([keyOf(world.contact(0))]);
  });

  it('distinguishes hidden from missing', async () => {
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

  it('recognizes businesses', async () => {
    await world.personThat(
      'is one',
      world.contact(3).jid,
      (row) => row.is_business === true && row.business_name === 'Shop',
    );
  });

  it('queries each contact once, requests only existing pictures, and reports progress', async () => {
    const shown = world.contacts.filter(({ profile }) => typeof profile.picture === 'object');
    expect(world.askedForPicture.toSorted()).toEqual(shown.map(({ jid }) => jid as string).toSorted());
    expect(new Set(world.askedAbout).size).toBe(world.askedAbout.length);
    expect((await world.service.session()).profiles).toEqual({
      people: 10,
      fetched: 10,
      due: 0,
      paused: null,
    });
  });

  it('stores the identity key of the account', async () => {
    const [account] = await world.database.query<{ bytes: number }>(
      'SELECT length(identity_key) AS bytes FROM account',
    );
    expect(account?.bytes).toBe(32);
  });

  it('updates a changed about text', async () => {
    await world.contact(4).setAbout('Gone fishing 🎣');
    await world.personThat('has changed', world.contact(4).jid, ({ about }) => about === 'Gone fishing 🎣');
  });

  it.each([{ byHash: false }, { byHash: true }])(
    'updates a changed and a removed picture: %j',
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

  it('adds and removes a verified name', async () => {
    await world.contact(4).setVerifiedName('Bäckerei');
    await world.personThat(
      'is a business',
      world.contact(4).jid,
      (row) => row.business_name === 'Bäckerei' && row.is_business === true,
    );
    await world.contact(4).setVerifiedName(undefined);
    const { business_name: name } = await world.personThat(
      'is none',
      world.contact(4).jid,
      ({ is_business }) => is_business === false,
    );
    expect(name).toBeNull();
  });

  it('removes the verified name when a fetch reports that the contact is not a business', async () => {
    const contact = world.contact(3);
    world.server.settings.usyncBusinessErrors = true;
    contact.verifiedName = undefined;
    await contact.touchProfile();
    const { business_name: name } = await world.personThat(
      'is none',
      contact.jid,
      ({ is_business }) => is_business === false,
    );
    expect(name).toBeNull();
    world.server.settings.usyncBusinessErrors = false;
  });

  it('removes a picture when its notification has no children', async () => {
    const contact = world.contact(0);
    await contact.setPicture(null, { withoutChildren: true });
    await world.personThat('is removed', contact.jid, ({ picture }) => picture === 'none');
    await contact.setPicture(jpeg('picture 0'));
    await world.personThat('is back', contact.jid, ({ picture }) => picture === 'present');
  });

  it('keeps a picture that is reported as changed if the response has no <picture>', async () => {
    const contact = world.contact(0);
    world.server.settings.unchangedPictures = 'empty';
    const asked = world.askedForPicture.length;
    await world.server.sendToCompanions(world.phone, {
      tag: 'notification',
      attrs: { from: contact.jid, type: 'picture' },
      content: [{ tag: 'set', attrs: { jid: contact.jid, id: '1' } }],
    });
    await eventually('it is requested', async () => world.askedForPicture.length === asked + 1);
    const { picture_bytes: bytes } = await world.personThat(
      'is still present',
      contact.jid,
      ({ picture }) => picture === 'present',
    );
    expect(bytes).toEqual(jpeg('picture 0'));
  });

  it('stores profiles under the requested number if usync responds by LID, and ignores pn_jid', async () => {
    const { settings } = world.server;
    settings.usyncByLid = true;
    const contact = world.contact(1);
    contact.profile.setAbout('By LID');
    await contact.touchProfile();
    await world.personThat('is fetched', contact.jid, ({ about }) => about === 'By LID');
    settings.usyncPnJid = world.phone.jid;
    const stranger = world.server.createContact({
      number: '491711111112',
      pushName: 'Without a number',
      about: 'hi',
      addressing: 'lid',
    });
    await stranger.sendText(world.phone, 'hello', { withoutAlternate: true });
    const jidOf = async () => {
      const [row] = await world.database.query<{ jid: string | null }>(
        `SELECT jid FROM contact WHERE lid = '${stranger.lidJid}' AND about = 'hi'`,
      );
      return row && { jid: row.jid };
    };
    await world.service.request(`/contacts/${stranger.lidJid}/refresh`, { method: 'POST' });
    expect(await eventually('the stranger is fetched', jidOf)).toEqual({ jid: null });
    expect(await world.database.query(`SELECT FROM contact WHERE jid = '${world.phone.jid}'`)).toEqual([]);
    settings.usyncByLid = false;
  });

  it('ignores a verified name that the business has not signed', async () => {
    const { impostor } = world.server;
    const contact = world.contact(3);
    await contact.setVerifiedName('Shop');
    await world.personThat('is a business', contact.jid, ({ business_name }) => business_name === 'Shop');
    impostor.forges.add('verified-name');
    await contact.setVerifiedName('Your Bank');
    impostor.reform();
    // Both notifications are read in order.
    await contact.setAbout('after the forged name');
    const named = await world.personThat(
      'has the next about text',
      contact.jid,
      ({ about }) => about === 'after the forged name',
    );
    expect(named).toMatchObject({ business_name: 'Shop', is_business: true });
    await contact.setVerifiedName('Shop 2');
    await world.personThat('has a name', contact.jid, ({ business_name }) => business_name === 'Shop 2');
  });

  it('keeps the previous identity key when it changes', async () => {
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
    'fetches again when a profile has changed: %j',
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

  it('follows a contact to a new number', async () => {
    const old = world.contact(9).jid;
    await world.contact(9).changeNumber('491709999999');
    await world.personThat('has moved', old, (row) => row.moved_to === world.contact(9).jid);
    await world.personThat('came', world.contact(9).jid, (row) => row.moved_from === old);
  });

  it('stores the identity key of a sender', async () => {
    const stranger = world.server.createContact({ number: '491711111111', pushName: 'Stranger' });
    await stranger.sendText(world.phone, 'hello');
    await world.personThat('is known', stranger.jid, ({ keys }) => keys[0] === keyOf(stranger));
  });

  it('ignores malformed notifications', async () => {
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
