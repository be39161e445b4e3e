import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ContactCountDto, ContactPageDto } from '../../src/api/contacts/contact-list.dto.js';
import { CONTACT_ID } from '../../src/contacts/contact-id.js';
import type { ContactChanges } from '../../src/contacts/write/contact-changes.js';
import type { Jid, Lid } from '../../src/kernel/identifiers/address.js';
import { KEY_A } from '../support/whole-contact.js';
import { jidOf, ServedAddressBook } from './served-address-book.js';

const EARLIER = new Date('2026-01-01T10:00:00Z');

/** Contacts with each kind of data. */
const WHOLE: ContactChanges = {
  saved: [{ address: jidOf(10), fullName: 'Anna "A" \\ Adler', firstName: 'Anna' }],
  pushNames: [jidOf(11), jidOf(12), '55555@lid' as Lid].map((address) => ({
    address,
    name: `${address}`,
    observedAt: EARLIER,
  })),
  businessNames: [{ address: jidOf(13), name: 'Shop' }],
  abouts: [
    { address: jidOf(10), text: 'Hello', setAt: EARLIER },
    { address: jidOf(11), text: null, setAt: null },
    { address: jidOf(12), text: '', setAt: null },
  ],
  pictures: [
    { address: jidOf(10), state: 'present', id: '17', bytes: Buffer.from('x') },
    { address: jidOf(11), state: 'hidden' },
    { address: '55555@lid' as Lid, state: 'present', id: '18', bytes: Buffer.from('y') },
  ],
  identityKeys: [{ address: jidOf(10), key: KEY_A, seenAt: EARLIER }],
};

describe('the address book API', () => {
  let book: ServedAddressBook;

  beforeAll(async () => {
    book = await ServedAddressBook.start();
  });

  afterAll(() => book.stop());

  beforeEach(() => book.clear());

  const page = async (query: string) => {
    const { status, body } = await book.service.get<ContactPageDto>(`/contacts${query}`);
    expect(status).toBe(200);
    return body;
  };
  const namesOf = ({ items }: ContactPageDto) => items.map((item) => item.full_name ?? item.push_name);
  const search = async (text: string) => namesOf(await page(`?search=${encodeURIComponent(text)}`));

  /** All pages, one after the other. */
  async function walk(
    query: string,
    between: () => Promise<unknown> = async () => {},
  ): Promise<(string | null)[]> {
    const names: (string | null)[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const next: ContactPageDto = await page(`?${query}${cursor && `&cursor=${cursor}`}`);
      names.push(...namesOf(next));
      cursor = next.next_cursor;
      await between();
    }
    return names;
  }

  it('lists contacts with any kind of name, with and without a number', async () => {
    await book.save('Anna');
    await book.apply({
      businessNames: [{ address: jidOf(20), name: 'Shop' }],
      abouts: [{ address: jidOf(21), text: 'nameless', setAt: null }],
      pushNames: [{ address: '55555@lid' as Lid, name: 'no number', observedAt: EARLIER }],
    });
    const { items, next_cursor: cursor } = await page('');
    expect(cursor).toBeNull();
    expect(items).toEqual([
      {
        id: expect.stringMatching(CONTACT_ID),
        jid: jidOf(10),
        phone: '491700000010',
        lid: null,
        username: null,
        push_name: null,
        full_name: 'Anna',
        first_name: null,
        business_name: null,
        is_business: null,
        about: null,
        picture: null,
        identity_key: null,
        saved: true,
        moved_to: null,
        moved_from: null,
        updated_at: expect.stringMatching(/^\d{4}-.*Z$/),
      },
      expect.objectContaining({ jid: jidOf(20), business_name: 'Shop', saved: false }),
      expect.objectContaining({ jid: null, phone: null, lid: '55555@lid', push_name: 'no number' }),
    ]);
  });

  it.each(['', '/sessions/default', '/sessions/sales'])(
    'returns the same contact in lists, in NDJSON and alone, with the prefix %j',
    async (prefix) => {
      await book.apply(WHOLE);
      const linkThrough = async (session: string) => {
        await book.dataSource.query(`INSERT INTO session (name) VALUES ('sales') ON CONFLICT DO NOTHING`);
        await book.dataSource.query('UPDATE session SET account_id = NULL, is_linked = false');
        await book.dataSource.query('UPDATE session SET account_id = $1, is_linked = true WHERE name = $2', [
          book.accountId,
          session,
        ]);
      };
      await linkThrough(prefix === '/sessions/sales' ? 'sales' : 'default');
      const read = async <Body>(path: string) => (await book.service.get<Body>(`${prefix}${path}`)).body;
      const { items } = await read<ContactPageDto>('/contacts');
      expect(items).toHaveLength(5);
      for (const item of items) expect(item).toEqual(await read(`/contacts/${item.phone ?? item.lid}`));
      expect(items.find(({ jid }) => jid === jidOf(10))).toMatchObject({
        about: { text: 'Hello', emoji: null, hidden: false, set_at: EARLIER.toISOString(), expires_at: null },
        picture: { id: '17' },
        identity_key: { key: KEY_A.toString('base64') },
      });
      const lines = (await book.service.get<string>(`${prefix}/contacts.ndjson`)).text.trimEnd().split('\n');
      expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(items);
      await linkThrough('default');
    },
  );

  it.each(['/contacts', '/contacts/4917000000' + '10', '/changes', '/contacts.ndjson'])(
    'returns only the selected fields at %s',
    async (path) => {
      await book.save('Anna');
      const contact = { full_name: 'Anna', jid: jidOf(10), about: null };
      const { status, text } = await book.service.get(`${path}?fields=full_name,jid,about`);
      expect([status, text]).toEqual([200, expect.stringContaining(JSON.stringify(contact))]);
      expect(text).not.toMatch(/push_name|updated_at/);
      const wrong = await book.service.get<{ message: string }>(`${path}?fields=jid,pushname`);
      expect([wrong.status, wrong.body.message]).toEqual([
        400,
        expect.stringContaining('Unknown field "pushname" in fields: did you mean push_name?'),
      ]);
    },
  );

  it('accepts a cursor only with the sort and the filters of its page', async () => {
    await book.save('a', 'b', 'c');
    const parameters = 'saved=true&search=491&sort=name&updated_since=2020-01-01T00:00:00Z';
    const { next_cursor: cursor } = await page(`?limit=1&${parameters}`);
    expect(namesOf(await page(`?limit=2&fields=full_name,push_name&${parameters}&cursor=${cursor}`))).toEqual(
      ['b', 'c'],
    );
    for (const other of [
      parameters.replace('491', '4917'),
      parameters.replace('sort=name', 'sort=jid'),
      parameters.replace('2020', '2021'),
      parameters.replace('saved=true&', ''),
      `${parameters}&has_phone=true`,
      `${parameters}&is_business=false`,
      `${parameters}&ids=c000000000000-1`,
    ]) {
      const { status, body } = await book.service.get<{ code: string; message: string }>(
        `/contacts?${other}&cursor=${cursor}`,
      );
      expect([other, status, body.code]).toEqual([other, 400, 'invalid_cursor']);
      expect(body.message).toContain('The cursor belongs to a list with another sort or other filters');
    }
  });

  it('lists and counts contacts that changed since a time', async () => {
    await book.save('a', 'b', 'c');
    await book.dataSource.query(`UPDATE contact SET updated_at = '2026-02-01T10:00:00Z'`);
    await book.dataSource.query(
      `UPDATE contact SET updated_at = '2026-03-01T10:00:00.123456Z' WHERE jid = '${jidOf(11)}'`,
    );
    const since = async (time: string) => namesOf(await page(`?updated_since=${encodeURIComponent(time)}`));
    expect(await since('2026-02-01T10:00:00Z')).toEqual(['a', 'b', 'c']);
    expect(await since('2026-02-01T10:00:00.001Z')).toEqual(['b']);
    expect(await since('2026-03-01T12:00:00.123+02:00')).toEqual(['b']);
    expect(await since('2026-03-01T10:00:00.124Z')).toEqual([]);
    const count = async (query: string) => {
      const { body, headers } = await book.service.get<ContactCountDto>(`/contacts/count${query}`);
      expect(headers.get('contacts-sync')).toBe('complete');
      return body.count;
    };
    expect(await count('')).toBe(3);
    expect(await count('?search=b')).toBe(1);
    expect(await count('?updated_since=2026-02-02T00:00:00Z')).toBe(1);
    expect(await count('?has_phone=false')).toBe(0);
  });

  it('lists, counts and exports the contacts with certain IDs', async () => {
    await book.save('a', 'b', 'c');
    const [a = '', , c = ''] = (await page('')).items.map(({ id }) => id);
    const other = `c000000000000-${a.slice(a.indexOf('-') + 1)}`;
    expect(namesOf(await page(`?ids=${c},${a}`))).toEqual(['a', 'c']);
    expect(namesOf(await page(`?ids=${c},${other}`))).toEqual(['c']);
    expect((await book.service.get<ContactCountDto>(`/contacts/count?ids=${a},${c}`)).body.count).toBe(2);
    const { text } = await book.service.get(`/contacts.vcf?ids=${c}`);
    expect(text.match(/^FN:.*$/gm)).toEqual(['FN:c']);
  });

  it('filters the list', async () => {
    await book.save('Anna');
    await book.apply({
      businessNames: [{ address: jidOf(20), name: 'Shop' }],
      businessFlags: [{ address: jidOf(20), isBusiness: true }],
      pushNames: [{ address: '55555@lid' as Lid, name: 'no number', observedAt: EARLIER }],
    });
    const only = async (filter: string) => (await page(`?${filter}`)).items.map(({ jid, lid }) => jid ?? lid);
    const [anna, shop, lid] = [jidOf(10), jidOf(20), '55555@lid'];
    expect(await only('has_phone=true')).toEqual([anna, shop]);
    expect(await only('has_phone=false')).toEqual([lid]);
    expect(await only('saved=true')).toEqual([anna]);
    expect(await only('saved=false')).toEqual([shop, lid]);
    expect(await only('is_business=true')).toEqual([shop]);
    expect(await only('is_business=false')).toEqual([anna, lid]);
    expect(await only('saved=false&has_phone=true')).toEqual([shop]);
  });

  it('returns every contact once across pages, with or without a number', async () => {
    await book.save('d', 'b');
    await book.apply({
      pushNames: ['a', 'c', 'e'].map((name, i) => ({
        address: `${i}7777@lid`.replace(/^0/, '9') as Lid,
        name,
        observedAt: EARLIER,
      })),
    });
    expect((await walk('limit=2')).toSorted()).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(await walk('limit=2&sort=name')).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('returns every contact once across pages while others are added and deleted', async () => {
    await book.save('e', 'd', 'c', 'b', 'a');
    expect(await walk('limit=2')).toEqual(['e', 'd', 'c', 'b', 'a']);
    expect(await walk('limit=2&sort=name')).toEqual(['a', 'b', 'c', 'd', 'e']);
    let added = 0;
    const disturb = async () => {
      const before = `4916000000${(added += 1)}@s.whatsapp.net` as Jid;
      await book.apply({
        saved: [{ address: before, fullName: `A${added}`, firstName: null }],
        unsaved: [jidOf(10)],
      });
    };
    expect(await walk('limit=2', disturb)).toEqual(['e', 'd', 'c', 'b', 'a']);
    expect((await page('?limit=1000')).items).toHaveLength(4 + added);
  });

  it('sorts by the displayed name, ignoring case and accents', async () => {
    await book.save('zoë', 'Émile', 'eMma', 'Ödön', 'Zoe', 'Zoe', '李小龍', 'Иван');
    await book.apply({ pushNames: [{ address: jidOf(30), name: 'fritz', observedAt: EARLIER }] });
    expect(namesOf(await page('?sort=name'))).toEqual([
      'Émile',
      'eMma',
      'fritz',
      'Ödön',
      'zoë',
      'Zoe',
      'Zoe',
      'Иван',
      '李小龍',
    ]);
    expect(await walk('sort=name&limit=1')).toEqual([
      'Émile',
      'eMma',
      'fritz',
      'Ödön',
      'zoë',
      'Zoe',
      'Zoe',
      'Иван',
      '李小龍',
    ]);
  });

  it.each([
    ['the middle of a name', 'DLE', ['Anna Adler']],
    ['a name without its accents', 'angstrom', ['Ångström']],
    ['a name with accents that are not there', 'ánnà', ['Anna Adler']],
    ['two words in any order', 'adler anna', ['Anna Adler']],
    ['Cyrillic in capitals', 'ИВАН', ['иванов']],
    ['one ideograph', '龍', ['李小龍']],
    ['two ideographs', '小龍', ['李小龍']],
    ['the first letter of a word', 'Å', ['Anna Adler', 'Ångström']],
    ['a literal wildcard', '100%', ['100% real_']],
    ['a full-width wildcard', '％', []],
    ['an underscore', 'l_', []],
    ['a backslash', 'back\\slash', ['back\\slash']],
    ['an emoji', '🙂', ['🙂 smile']],
    ['one symbol', '-', ['Bo - Work']],
    ['a symbol and letters', '-w', []],
    ['symbols alone', '+_', ['+_+']],
    ['a symbol within a word', '_+', []],
    ['a symbol within a word of three', 'l_ ', []],
    ['nothing that is there', 'xyz', []],
    ['digits within the number', '700000012', ['иванов']],
    ['a number as people write it', '+49 (0) 170 000-0012', ['иванов']],
    ['a number in national form', '0170 000 0012', ['иванов']],
    ['a number in international form', '0049 1700000012', ['иванов']],
  ])('finds contacts by %s', async (_, text, expected) => {
    await book.save(
      'Anna Adler',
      'Ångström',
      'иванов',
      '李小龍',
      '100% real_',
      'back\\slash',
      '🙂 smile',
      'Bo - Work',
      '+_+',
    );
    expect(await search(text)).toEqual(expected);
  });

  it('finds contacts by each of their names', async () => {
    await book.apply({
      mappings: [{ jid: jidOf(10), lid: '77777@lid' as Lid, observedAt: new Date() }],
      saved: [
        { address: jidOf(10), fullName: 'Full', firstName: 'First' },
        { address: '77777@lid' as Lid, fullName: 'Lidfull', firstName: 'Lidfirst' },
      ],
      pushNames: [{ address: jidOf(10), name: 'Push', observedAt: EARLIER }],
      businessNames: [{ address: jidOf(10), name: 'Business' }],
    });
    for (const name of ['full', 'first', 'lidfull', 'lidfirst', 'push', 'business']) {
      expect(await search(name)).toEqual(['Full']);
    }
    await book.apply({ unsaved: [jidOf(10)] });
    expect(await search('first')).toEqual(['Lidfull']);
    expect((await search('fullfirst')).length).toBe(0);
  });

  it.each([
    ['limit=0', 'Invalid limit "0": use one whole number from 1 to 1000, for example limit=100.'],
    ['limit=1001', 'Invalid limit "1001": use'],
    ['limit=ten', 'Invalid limit "ten": use'],
    ['limit=', 'Missing limit: use'],
    ['limit=1&limit=2', 'Invalid limit ["1","2"]: use one'],
    ['sort=age', 'Invalid sort "age": use one of jid, name, updated, for example /contacts?sort=name.'],
    ['sort=jid&sort=name', 'Invalid sort ["jid","name"]: use one'],
    ['search=', 'Missing search: use 1 to 200 characters'],
    ['search=%20', 'Invalid search " ": use'],
    [`search=${'x'.repeat(201)}`, 'Invalid search: use 1 to 200 characters'],
    ['search=a&search=b', 'Invalid search ["a","b"]'],
    ['cursor=', 'Missing cursor: use next_cursor of the previous page'],
    ['cursor=!', 'Invalid cursor "!": use'],
    ['cursor=abc', 'Invalid cursor "abc": use next_cursor of the previous page'],
    [`cursor=${Buffer.from('["jid","\\u0000"]').toString('base64url')}`, 'Invalid cursor'],
    ['updated_since=2026-01-01', 'Invalid updated_since "2026-01-01": use an RFC 3339 time'],
    ['updated_since=2026-13-01T10:00:00Z', 'Invalid updated_since'],
    ['ids=', 'Missing ids: use a list of up to 300 IDs'],
    ['ids=1842', 'Invalid ids ["1842"]: use a list of up to 300 IDs'],
    [`ids=${Array(301).fill('c000000000000-1').join(',')}`, 'Invalid ids: use a list of up to 300 IDs'],
    ['fields=', 'Invalid fields: use a list of id, jid, phone'],
    ['fields=jid,jid', 'Duplicate field in fields: use'],
  ])('rejects ?%s with the problem and the correct form', async (query, message) => {
    const { status, body } = await book.service.get<{ message: string }>(`/contacts?${query}`);
    expect([status, body.message]).toEqual([400, expect.stringContaining(message)]);
  });

  it.each(['/contacts', '/contacts.vcf', '/contacts.csv', '/contacts.xlsx'])(
    'answers 503 at %s while no account is linked',
    async (path) => {
      await book.dataSource.query('UPDATE session SET account_id = NULL, is_linked = false');
      const { status, body } = await book.service.get<{ message: string }>(path);
      expect([status, body.message]).toEqual([503, expect.stringContaining('Link a device')]);
    },
  );

  it.each(['/contacts', '/contacts.vcf', '/contacts.csv', '/contacts.xlsx'])(
    'reports at %s whether the sync is complete',
    async (path) => {
      await book.dataSource.query('UPDATE account SET synced_at = NULL');
      expect((await book.service.get(path)).headers.get('contacts-sync')).toBe('partial');
      await book.dataSource.query('UPDATE account SET synced_at = now()');
      expect((await book.service.get(path)).headers.get('contacts-sync')).toBe('complete');
    },
  );
});
