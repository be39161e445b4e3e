import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type BinaryNode, proto } from '@whiskeysockets/baileys';
import type { ContactDetailsDto } from '../../src/api/contacts/contact-details.dto.js';
import type { ContactPageDto } from '../../src/api/contacts/contact-list.dto.js';
import { eventually } from '../support/service.js';
import { World } from '../support/world.js';
import type { Contact } from '../whatsapp-server/contact.js';
import { type Jid, lid, phoneNumber } from '../whatsapp-server/jid.js';
import { child } from '../whatsapp-server/stanza.js';

const { HistorySyncType } = proto.Message;
const SOON_MS = 20_000;

let world: World;
let people = 0;

beforeAll(async () => {
  world = await World.create({ DOWNLOADS_PER_MINUTE: '6000' });
  await world.startLinked();
  await world.service.synced();
});

afterAll(() => world?.stop());

/** Creates a contact that the account has not saved. */
function person(facts: { pushName?: string; username?: string; about?: string } = {}): Contact {
  people += 1;
  return world.server.createContact({ number: String(491760000000 + people), addressing: 'lid', ...facts });
}

/** Waits until the service returns the expected contact for a key, and returns it. */
async function known(
  key: string,
  what: Record<string, unknown>,
  path = `/contacts/${encodeURIComponent(key)}`,
): Promise<ContactDetailsDto> {
  let last: ContactDetailsDto | undefined;
  const fits = async () => {
    const { status, body } = await world.service.get<ContactDetailsDto>(path);
    last = body;
    return status === 200 && Object.entries(what).every(([field, value]) => matches(body, field, value));
  };
  await eventually(`${key} is as expected`, fits, SOON_MS).catch((error: Error) => {
    throw new Error(`${error.message}: ${JSON.stringify(last)}`);
  });
  return last as ContactDetailsDto;
}

function matches(body: object, field: string, value: unknown): boolean {
  const actual = (body as Record<string, unknown>)[field];
  return typeof value === 'object' && value !== null
    ? Object.entries(value).every(([each, inner]) => matches(actual ?? {}, each, inner))
    : actual === value;
}

async function listed(query: string): Promise<ContactPageDto['items']> {
  return (await world.service.get<ContactPageDto>(`/contacts?limit=1000&${query}`)).body.items;
}

describe('people without a phone number', () => {
  it('lists, searches, exports and finds them by LID, but omits them from /getcontacts and /getcontact', async () => {
    const zoe = person({ pushName: 'Zoë Nonumber' });
    await zoe.sendText(world.phone, 'hello', { withoutAlternate: true });
    const key = zoe.lidJid ?? '';
    const found = await known(key, { push_name: 'Zoë Nonumber' });
    expect(found).toMatchObject({ jid: null, phone: null, lid: key });
    expect((await listed('search=nonumber')).map((each) => each.lid)).toEqual([key]);
    expect((await listed('has_phone=false')).map((each) => each.lid)).toContain(key);
    expect((await listed('has_phone=true')).map((each) => each.lid)).not.toContain(key);
    const { text: csv } = await world.service.get('/contacts.csv?has_phone=false');
    expect(csv).toContain(`,${key},`);
    const { text: vcf } = await world.service.get('/contacts.vcf');
    expect(vcf).toContain(`FN:Zoë Nonumber\r\nN:;Zoë Nonumber;;;\r\nX-WHATSAPP-LID:${key}\r\n`);
    expect((await world.service.get('/getcontacts')).text).not.toContain('Nonumber');
    expect((await world.service.get(`/getcontact?phone=${key}`)).status).toBe(404);
  });

  it('merges them with the contact of the number, including all data, when it becomes known', async () => {
    const yan = person({ pushName: 'Yan', username: 'yan.li', about: 'Hi' });
    await yan.sendText(world.phone, 'hello', { withoutAlternate: true });
    await known(yan.lidJid ?? '', { push_name: 'Yan', username: 'yan.li', phone: null });
    await world.phone.saveContact({ number: yan.number, fullName: 'Yan Li' });
    await known(yan.number, { full_name: 'Yan Li', push_name: 'Yan', username: 'yan.li', lid: yan.lidJid });
    expect(await listed('search=yan')).toHaveLength(1);
    expect((await world.service.get(`/getcontact?phone=${yan.number}`)).body).toMatchObject({
      full_name: 'Yan Li',
      push_name: 'Yan',
    });
  });

  it('learns their numbers from groups and from messages that the account sends', async () => {
    const [member, friend] = [
      person({ pushName: 'Member' }),
      person({ pushName: 'Friend', username: 'fri' }),
    ];
    for (const each of [member, friend]) {
      await each.sendText(world.phone, 'hello', { withoutAlternate: true });
      await known(each.lidJid ?? '', { phone: null });
    }
    const participant = { tag: 'participant', attrs: { jid: member.lidJid ?? '', phone_number: member.jid } };
    await world.server.sendToCompanions(world.phone, {
      tag: 'notification',
      attrs: { from: '120363012345678901@g.us', type: 'w:gp2', participant: world.phone.lidJid },
      content: [{ tag: 'create', attrs: {}, content: [{ tag: 'group', attrs: {}, content: [participant] }] }],
    });
    await known(member.number, { push_name: 'Member', lid: member.lidJid });
    await world.phone.sendText(friend, 'hello', 'lid');
    await known(friend.number, { push_name: 'Friend', lid: friend.lidJid, username: 'fri' });
  });
});

describe('a LID in place of a number', () => {
  it('does not create a contact by number, from any source', async () => {
    const [ida, other] = [person({ pushName: 'Ida' }), person({ pushName: 'Other' })];
    await ida.sendText(world.phone, 'hello');
    await known(ida.number, { lid: ida.lidJid });
    const ghost = `${ida.lid}@s.whatsapp.net` as Jid;
    const ownGhost = `${world.phone.lid}@s.whatsapp.net` as Jid;
    const ghostBefore = `${other.lid}@s.whatsapp.net` as Jid;
    await world.phone.sendHistory({
      syncType: HistorySyncType.PUSH_NAME,
      pushNames: [
        { jid: ghost, name: 'Ghost' },
        { jid: ownGhost, name: 'Ghost' },
        { jid: ghostBefore, name: 'Ghost' },
        { jid: other.jid, name: 'Other' },
      ],
      lidMappings: [{ number: phoneNumber(other.number), lid: lid(other.lid ?? '') }],
    });
    await known(other.number, { push_name: 'Other' });
    expect(await listed('search=ghost')).toEqual([]);
  });
});

describe('a number changed in a group', () => {
  it('keeps the contact and replaces its number', async () => {
    const mia = person({ pushName: 'Mia' });
    await mia.sendText(world.phone, 'hello');
    const old = mia.jid;
    await known(mia.number, { push_name: 'Mia' });
    await mia.changeNumber('491769999901', { inGroup: '120363012345678901' });
    await known(mia.number, { push_name: 'Mia', lid: mia.lidJid, moved_from: old });
    await known(old, { moved_to: mia.jid });
  });
});

describe('usernames', () => {
  it('stores them from messages and notifications, finds them regardless of case, and removes them', async () => {
    const anna = person({ pushName: 'Anna', username: 'Anna.Adler' });
    await anna.sendText(world.phone, 'hello');
    await known('@anna.adler', { push_name: 'Anna', username: 'Anna.Adler', phone: anna.number });
    expect(await listed('search=@anna.ad')).toHaveLength(1);
    await anna.setUsername('anna2');
    await known('@anna2', { push_name: 'Anna' });
    expect((await world.service.get('/contacts/@anna.adler')).status).toBe(404);
    await anna.setUsername(undefined);
    await known(anna.number, { username: null });
  });

  it('reads them from the address book', async () => {
    const [saved, byLid] = [person(), person()];
    await world.phone.saveContact({ number: saved.number, fullName: 'Saved', username: 'saved' });
    await world.phone.saveLidContact({ lid: byLid.lid ?? '', fullName: 'By LID', username: 'bylid' });
    await known('@saved', { full_name: 'Saved', phone: saved.number });
    await known('@bylid', { full_name: 'By LID', lid: byLid.lidJid, phone: null });
  });

  it('keeps a removal that arrives before the response to an earlier profile query', async () => {
    const pia = person({ pushName: 'Pia', username: 'pia', about: 'first' });
    await pia.sendText(world.phone, 'hello');
    await known(pia.number, { username: 'pia', about: { text: 'first' } });
    pia.profile.about = { text: 'second', setAt: new Date(), hidden: false };
    const isQuery = (stanza: BinaryNode) => child(stanza, 'usync') !== undefined;
    const late = world.server.faults.received.arm({ delayMs: 3_000 }, { when: isQuery });
    await world.service.request(`/contacts/${pia.number}/refresh`, { method: 'POST' });
    await late.whenStruck(1);
    await pia.setUsername(undefined);
    await known(pia.number, { username: null, about: { text: 'first' } });
    const { username } = await known(pia.number, { about: { text: 'second' } });
    expect(username).toBeNull();
  });

  it('assigns them to one contact at a time', async () => {
    const [first, second] = [person({ username: 'taken' }), person({ username: 'other' })];
    for (const each of [first, second]) await each.sendText(world.phone, 'hello');
    await known('@taken', { phone: first.number });
    await second.setUsername('Taken');
    await known('@taken', { phone: second.number });
    await known(first.number, { username: null });
  });
});

describe('the new format of about texts', () => {
  it('shows whichever format was set last, with the emoji and expiry of the new one', async () => {
    const kim = person({ pushName: 'Kim', about: 'old' });
    kim.profile.about = { text: 'old', setAt: new Date(Date.now() - 86_400_000), hidden: false };
    await kim.sendText(world.phone, 'hello');
    await kim.setTextStatus({ text: 'On a boat', emoji: '⛵', seconds: 3_600 });
    const { about } = await known(kim.number, { about: { text: 'On a boat', emoji: '⛵', hidden: false } });
    expect(Date.parse(about?.expires_at ?? '') - Date.parse(about?.set_at ?? '')).toBe(3_600_000);
    // Its seconds are whole; what is set within the same one is not known to be later.
    await eventually('a second passes', async () => Date.now() > Date.parse(about?.set_at ?? '') + 1_000);
    await kim.setAbout('older form, newer text');
    await known(kim.number, { about: { text: 'older form, newer text', emoji: null, expires_at: null } });
  });

  it('is fetched when a notification contains only a hash, and is removed when it expires', async () => {
    const lee = person({ pushName: 'Lee' });
    await lee.sendText(world.phone, 'hello');
    await known(lee.number, { push_name: 'Lee' });
    await lee.setTextStatus({ text: 'Short', seconds: 2 }, { byHash: true });
    await known(lee.number, { about: { text: 'Short' } });
    await known(lee.number, { about: { text: '', emoji: null } });
  });
});

describe('a changed LID', () => {
  it('keeps all data, and creates no duplicate contact', async () => {
    const [byNumber, byLid] = [person({ pushName: 'Mo' }), person({ pushName: 'Nomo' })];
    await byNumber.sendText(world.phone, 'hello');
    await byLid.sendText(world.phone, 'hello', { withoutAlternate: true });
    await known(byNumber.number, { lid: byNumber.lidJid });
    await known(byLid.lidJid ?? '', { push_name: 'Nomo' });
    await byNumber.changeLid('77000000000001');
    await byLid.changeLid('77000000000002');
    await known(byNumber.number, { lid: '77000000000001@lid', push_name: 'Mo' });
    await known('77000000000002@lid', { push_name: 'Nomo' });
    expect(await listed('search=nomo')).toHaveLength(1);
  });
});

describe('history sync', () => {
  it('reads mappings, usernames and contacts in parts without push names', async () => {
    const [mapped, named, inline] = [person({ pushName: 'Mapped' }), person({ pushName: 'Named' }), person()];
    for (const each of [mapped, named]) {
      await each.sendText(world.phone, 'hello', { withoutAlternate: true });
      await known(each.lidJid ?? '', { phone: null });
    }
    await world.phone.sendHistory({
      syncType: HistorySyncType.NON_BLOCKING_DATA,
      lidMappings: [{ number: phoneNumber(mapped.number), lid: lid(mapped.lid ?? '') }],
      conversations: [{ id: named.lidJid, username: 'named' }],
      inlineContacts: [
        { pnJid: inline.jid, lidJid: inline.lidJid, fullName: 'Not read', username: 'inline' },
      ],
    });
    await known(mapped.number, { push_name: 'Mapped' });
    await known('@named', { push_name: 'Named' });
    // App state is newer than the saved names in the history.
    await known('@inline', { full_name: null, phone: inline.number, lid: inline.lidJid });
  });

  it('accepts parts of kinds that have no file', async () => {
    await world.phone.sendHistory({ syncType: HistorySyncType.MESSAGE_ACCESS_STATUS });
    await eventually('nothing waits to be read', async () => {
      const [row] = await world.database.query<{ count: string }>(
        'SELECT count(*) FROM history_notification',
      );
      return row?.count === '0';
    });
  });

  it('is uploaded again by the phone when its file no longer exists', async () => {
    const late = person({ pushName: 'Late' });
    const gone = world.server.faults.media.arm({ status: 410 }, { when: ({ kind }) => kind === 'history' });
    await world.phone.sendHistory({
      syncType: HistorySyncType.PUSH_NAME,
      pushNames: [{ jid: late.jid, name: 'Late' }],
      external: true,
    });
    await gone.whenStruck();
    world.phone.expireHistory();
    await known(late.number, { push_name: 'Late' });
    const asked = world.server.log.filter(({ attrs }) => attrs.type === 'server-error');
    expect(asked).toHaveLength(1);
    await eventually('nothing waits to be read', async () => {
      const [row] = await world.database.query<{ count: string }>(
        'SELECT count(*) FROM history_notification',
      );
      return row?.count === '0';
    });
    expect(world.server.errors).toEqual([]);
  });
});
