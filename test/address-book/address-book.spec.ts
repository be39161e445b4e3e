import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ContactDto } from '../../src/api/contacts/contact.dto.js';
import { workerEnvironment } from '../support/memory.js';
import { eventually, Service } from '../support/service.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import type { Contact } from '../whatsapp-server/contact.js';
import type { Phone } from '../whatsapp-server/phone.js';
import { WhatsAppServer } from '../whatsapp-server/whatsapp-server.js';

const OWN = '4915100000001';
const PEOPLE = 300;

/** Every third saved by first name alone, every second known by LID too, some in other scripts. */
const people = Array.from({ length: PEOPLE }, (_, i) => {
  const script = ['Łukasz', 'Ünal', 'ひろし', 'דנה', '👩‍🚀', 'O\'Neill "Q" \\'][i % 6] ?? '';
  return {
    number: String(491700000000 + i * 7),
    firstName: `${script} ${i}`,
    ...(i % 3 === 0 ? {} : { fullName: `${script} ${i} Family` }),
    lid: i % 2 === 0 ? String(800000000000000 + i) : null,
    pushName: i % 5 === 0 ? undefined : `push ${script} ${i}`,
  };
});

const expected = (person: (typeof people)[number]): ContactDto => ({
  jid: `${person.number}@s.whatsapp.net`,
  push_name: person.pushName ?? '',
  full_name: person.fullName ?? '',
  first_name: person.firstName,
});

const byJid = (a: ContactDto, b: ContactDto) => (a.jid < b.jid ? -1 : 1);

describe('the service, linked to a phone', () => {
  let database: TestDatabase;
  let server: WhatsAppServer;
  let phone: Phone;
  let service: Service;
  const contacts = new Map<string, Contact>();

  const environment = () => ({ ...workerEnvironment(server), DATABASE_URL: database.url });
  const getContact = (phoneOrJid: string) => service.get<ContactDto>(`/getcontact?phone=${phoneOrJid}`);
  const getContacts = async () => (await service.get<ContactDto[]>('/getcontacts')).body;
  const contact = (number: string) => contacts.get(number) as Contact;

  /** Waits until one contact is as described. */
  const contactThat = (number: string, picks: Partial<ContactDto>) =>
    eventually(`${number} is ${JSON.stringify(picks)}`, async () => {
      const { body } = await getContact(number);
      return Object.entries(picks).every(([key, value]) => body[key as keyof ContactDto] === value) && body;
    });

  beforeAll(async () => {
    database = await createTestDatabase();
    server = await WhatsAppServer.start();
    // One of the tests compares the forms of one QR code, which must not be retired meanwhile.
    server.linking.refreshes.beforeScan = 0;
    phone = server.createPhone({ number: OWN, pushName: 'The owner' });
    for (const { number, lid, pushName } of people) {
      contacts.set(number, server.createContact({ number, lid, pushName, addressing: lid ? 'lid' : 'pn' }));
    }
    await phone.saveContacts(
      people.map(({ pushName: _, lid, ...saved }) => (lid ? { ...saved, lid } : saved)),
    );
    service = await Service.start(environment());
  });

  afterAll(async () => {
    await service?.stop();
    await server?.stop();
    await database?.drop();
  });

  it('reports how to link while no account is linked', async () => {
    for (const path of ['/getcontacts', '/getcontact?phone=491701234567']) {
      const { status, body } = await service.get<{ message: string }>(path);
      expect(status).toBe(503);
      expect(body.message).toMatch(/No WhatsApp account is linked yet. Open \/session\/qr/);
    }
    expect(await service.session()).toMatchObject({ phone: null, contacts: { count: 0, sync: 'partial' } });
  });

  it('serves the QR code as PNG, SVG and text, and logs its URL if the output is not a terminal', async () => {
    const qr = await service.qr();
    expect(await service.session()).toMatchObject({ status: 'linking', qr });
    const png = await service.get('/session/qr');
    expect([png.status, png.headers.get('content-type')]).toEqual([200, 'image/png']);
    expect(png.text).toContain('PNG');
    const svg = await service.request('/session/qr', { headers: { accept: 'image/svg+xml' } });
    expect(svg.text).toContain('<svg');
    const text = await service.request('/session/qr', { headers: { accept: 'text/plain' } });
    expect(text.text).toBe(qr);
    expect((await service.request('/session/qr', { headers: { accept: 'text/html' } })).status).toBe(406);
    expect(service.output).toContain('Scan the QR code at /session/qr to link an account.');
  });

  it('stores the whole address book byte for byte after linking', async () => {
    await phone.scan(() => service.qr());
    const session = await service.synced();
    expect(session).toMatchObject({
      status: 'open',
      qr: null,
      phone: OWN,
      jid: `${OWN}@s.whatsapp.net`,
      push_name: 'The owner',
      contacts: { count: PEOPLE, sync: 'complete' },
    });
    const { status, headers, body } = await service.get<ContactDto[]>('/getcontacts');
    expect(status).toBe(200);
    expect(headers.get('contacts-sync')).toBe('complete');
    expect(body).toEqual(people.map(expected).sort(byJid));
    expect(Object.keys(body[0] ?? {})).toEqual(['jid', 'push_name', 'full_name', 'first_name']);
  });

  it('reads the address book once: Baileys does not read it again', () => {
    const snapshots = server.downloads.filter(({ kind }) => kind === 'snapshot');
    expect(snapshots.length).toBeLessThanOrEqual(2);
  });

  it('finds one contact by number, JID and LID', async () => {
    const [person] = people;
    const answer = await getContact(person!.number);
    expect([answer.status, answer.headers.get('contacts-sync')]).toEqual([200, 'complete']);
    expect(answer.body).toEqual(expected(person!));
    expect((await getContact(`${person!.number}@s.whatsapp.net`)).body).toEqual(answer.body);
    expect((await getContact(`${person!.lid}@lid`)).body).toEqual(answer.body);
  });

  it.each([
    '',
    '?phone=',
    '?phone=491701234567&phone=491701234568',
    '?phone=49170abc4567',
    '?phone=0491701234567',
    '?phone=0170%201234567',
    '?phone=%2B',
    '?phone=1234567890123456',
    '?phone=120363012345678901@g.us',
    '?phone=status@broadcast',
  ])('rejects /getcontact%s, and returns the correct form with an example', async (query) => {
    const { status, body } = await service.get<Record<string, unknown>>(`/getcontact${query}`);
    expect(status).toBe(400);
    expect(Object.keys(body)).toEqual(['statusCode', 'error', 'message', 'code']);
    expect(body).toMatchObject({ statusCode: 400, error: 'Bad Request', code: 'invalid_request' });
    expect(body.message).toMatch(/^(Invalid|Missing) phone.*: use .*country code.*for example/);
  });

  it.each(['phone[]', 'phon', 'number'])('rejects the unknown parameter %s of /getcontact', async (name) => {
    const { status, body } = await service.get<Record<string, unknown>>(`/getcontact?${name}=491701234567`);
    expect([status, body.code]).toEqual([400, 'unknown_parameter']);
    expect(body.message).toMatch(/^Unknown parameter ".*(did you mean phone\?)? Valid: phone\.$/);
  });

  it('answers 404 for an unknown number', async () => {
    const { status, body } = await getContact('4999999999');
    expect(status).toBe(404);
    expect(body).toMatchObject({ statusCode: 404, error: 'Not Found' });
  });

  it('applies a rename, a new contact, and a deletion, which keeps the push name', async () => {
    const [, renamed, deleted] = people;
    await phone.saveContact({ number: renamed!.number, fullName: 'New Name', firstName: 'New' });
    expect(await contactThat(renamed!.number, { full_name: 'New Name' })).toEqual({
      ...expected(renamed!),
      full_name: 'New Name',
      first_name: 'New',
    });
    await phone.saveContact({ number: '33612345678', firstName: 'Zoé' });
    expect(await contactThat('33612345678', { first_name: 'Zoé' })).toMatchObject({
      push_name: '',
      full_name: '',
    });

    await phone.deleteContact(deleted!.number);
    const left = await contactThat(deleted!.number, { full_name: '' });
    expect(left).toEqual({ ...expected(deleted!), full_name: '', first_name: '' });
    await phone.deleteContact('33612345678', { withoutAction: true });
    await eventually('the contact without a push name is gone', async () => {
      return (await getContact('33612345678')).status === 404;
    });
    expect((await getContacts()).some(({ jid }) => jid.startsWith('33612345678'))).toBe(false);
  });

  it('stores the push name of a sender, by number or by LID, and keeps it when a message has none', async () => {
    const [byLid, byNumber] = people;
    contact(byLid!.number).setPushName('new by lid');
    await contact(byLid!.number).sendText(phone, 'hello');
    contact(byNumber!.number).setPushName('new by number');
    await contact(byNumber!.number).sendText(phone, 'hello');
    await contactThat(byLid!.number, { push_name: 'new by lid' });
    await contactThat(byNumber!.number, { push_name: 'new by number' });
    await contact(byNumber!.number).sendText(phone, 'hello', { notify: '-' });
    await contact(byNumber!.number).sendText(phone, 'hello', { notify: '' });
    expect((await getContact(byNumber!.number)).body.push_name).toBe('new by number');
  });

  it('merges a contact that writes by LID first with the number that is saved later', async () => {
    const stranger = server.createContact({
      number: '81901234567',
      lid: '777000111222333',
      pushName: 'stranger',
    });
    await stranger.sendText(phone, 'who am I', { addressing: 'lid', withoutAlternate: true });
    await eventually('the LID is known', async () => {
      return (await database.query(`SELECT FROM contact WHERE lid = '777000111222333@lid'`)).length === 1;
    });
    expect((await getContact('777000111222333@lid')).status).toBe(404);
    await phone.saveContact({
      number: '81901234567',
      fullName: 'No Stranger',
      firstName: 'No',
      lid: '777000111222333',
    });
    expect(await contactThat('81901234567', { full_name: 'No Stranger' })).toMatchObject({
      push_name: 'stranger',
    });
    expect((await getContact('777000111222333@lid')).body.push_name).toBe('stranger');
    expect(await database.query(`SELECT jid FROM contact WHERE lid = '777000111222333@lid'`)).toEqual([
      { jid: '81901234567@s.whatsapp.net' },
    ]);
  });

  it('lists no groups, and lists the owner only after the phone has saved their number', async () => {
    await contact(people[3]!.number).sendGroupText(phone, '120363012345678901', 'hello all');
    await phone.saveContact({ number: OWN, fullName: 'Me, Myself', firstName: 'Me' });
    expect(await contactThat(OWN, { full_name: 'Me, Myself' })).toMatchObject({ first_name: 'Me' });
    await phone.deleteContact(OWN);
    await eventually('the owner is gone', async () => (await getContact(OWN)).status === 404);
    expect((await getContacts()).every(({ jid }) => jid.endsWith('@s.whatsapp.net'))).toBe(true);
  });

  it('serves contacts while WhatsApp is unreachable, and catches up later', async () => {
    await server.goDown();
    const session = await service.sessionThat(({ status }) => status === 'disconnected');
    expect(session).toMatchObject({ phone: OWN, reason: expect.any(String), retry_at: expect.any(String) });
    expect((await getContact(people[5]!.number)).status).toBe(200);
    expect((await service.get('/readyz')).status).toBe(200);
    const change = phone.saveContact({
      number: people[5]!.number,
      fullName: 'While away',
      firstName: 'While',
    });
    await server.comeBack();
    await change;
    await contactThat(people[5]!.number, { full_name: 'While away' });
  });

  it('shuts down gracefully on SIGTERM and needs no new QR code after a restart', async () => {
    expect(await service.stop('SIGTERM')).toBe(0);
    await phone.saveContact({ number: people[6]!.number, fullName: 'While stopped', firstName: 'While' });
    const before = server.log.length;
    service = await Service.start(environment());
    await service.sessionThat(({ status }) => status === 'open');
    await contactThat(people[6]!.number, { full_name: 'While stopped' });
    expect(server.log.slice(before).some(({ xmlns }) => xmlns === 'md')).toBe(false);
    expect(server.conflicts).toBe(0);
  });

  it('keeps the contacts when the phone unlinks it, and shows a new QR code', async () => {
    phone.unlink();
    const session = await service.sessionThat(
      ({ status }) => status === 'logged_out' || status === 'linking',
    );
    expect(session).toMatchObject({ phone: null, reason: 'The phone has unlinked this device.' });
    expect((await getContact(people[7]!.number)).body).toEqual(expected(people[7]!));
    const gone = people[8]!;
    await phone.deleteContact(gone.number);
    await phone.scan(() => service.qr());
    await service.synced();
    expect((await getContact(gone.number)).body.full_name).toBe('');
    expect((await getContact(people[7]!.number)).body).toEqual(expected(people[7]!));
  });

  it('unlinks on request, and links again with a pairing code', async () => {
    const unlinked = await service.request<{ message: string }>('/session', { method: 'DELETE' });
    expect([unlinked.status, unlinked.body.message]).toEqual([200, expect.stringContaining('unlinked')]);
    await service.qr();
    const answer = await service.pairingCode(OWN);
    expect([answer.status, answer.body.code]).toEqual([200, expect.stringMatching(/^[1-9A-Z]{8}$/)]);
    await phone.enterPairingCode(answer.body.code);
    await service.synced();
    const again = await service.pairingCode(OWN);
    expect(again.status).toBe(409);
  });

  it('serves only the contacts of the new account after another account is linked', async () => {
    await service.request('/session', { method: 'DELETE' });
    const other = server.createPhone({ number: '4915200000002', pushName: 'Another' });
    await other.saveContact({ number: '4917999999999', fullName: 'Only Here', firstName: 'Only' });
    await other.scan(() => service.qr());
    await service.sessionThat(
      ({ phone: number, contacts: { sync } }) => number === '4915200000002' && sync === 'complete',
    );
    expect((await getContacts()).map(({ full_name }) => full_name)).toContain('Only Here');
    expect((await getContact(people[7]!.number)).body.full_name ?? '').toBe('');
  });
});
