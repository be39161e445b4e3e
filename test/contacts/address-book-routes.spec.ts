import { parse } from 'csv-parse/sync';
import { parse as parseVcard } from 'vcard4';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { request as httpRequest } from 'node:http';
import { once } from 'node:events';
import type { DataSource } from 'typeorm';
import type { Jid, Lid } from '../../src/contacts/address.js';
import type { ContactChanges } from '../../src/contacts/changes/contact-changes.js';
import type { ContactPageDto } from '../../src/contacts/api/contact-list.dto.js';
import { createContactsService, linkAccount } from '../support/contacts.js';
import { openDataSource } from '../support/open-data-source.js';
import { eventually, Service } from '../support/service.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { readVcards } from '../support/vcard-reader.js';

const ME = '4915100000000@s.whatsapp.net' as Jid;
const jidOf = (n: number) => `4917000000${n}@s.whatsapp.net` as Jid;
const PNG = Buffer.from('89504e470d0a1a0a00ff0d0a'.repeat(40), 'hex');
const EARLIER = new Date('2026-01-01T10:00:00Z');

const NASTY = 'Ä; "q", \\back\\\nline 2\r\n=1+1\t👩‍👩‍👧 '.repeat(6).trim();

const parseCsv = (text: string): string[][] => parse(text, { bom: true });

/** As an independent library reads a vCard. */
function propertiesOf(card: string): [string, unknown][] {
  const { parsedVcard } = parseVcard(card) as unknown as {
    parsedVcard: { property: string; value: unknown }[];
  };
  return parsedVcard.map(({ property, value }) => [property, value]);
}

describe('the routes of the address book', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let service: Service;
  let accountId: number;

  beforeAll(async () => {
    database = await createTestDatabase();
    dataSource = await openDataSource(database.url);
    service = await Service.start({ DATABASE_URL: database.url, ROLE: 'api' });
  });

  afterAll(async () => {
    await service.stop();
    await dataSource.destroy();
    await database.drop();
  });

  beforeEach(async () => {
    accountId = await linkAccount(dataSource, ME);
  });

  const apply = (changes: ContactChanges) =>
    dataSource.transaction((tx) =>
      createContactsService().apply(tx, { accountId, jid: ME, lid: null }, changes),
    );
  /** People 10, 11, … with these names. */
  const save = (...names: string[]) =>
    apply({ saved: names.map((fullName, i) => ({ address: jidOf(10 + i), fullName, firstName: null })) });
  const page = async (query: string) => {
    const { status, body } = await service.get<ContactPageDto>(`/contacts${query}`);
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

  it('list people with a number and a name of any kind', async () => {
    await save('Anna');
    await apply({
      businessNames: [{ address: jidOf(20), name: 'Shop' }],
      abouts: [{ address: jidOf(21), text: 'nameless', setAt: null }],
      pushNames: [{ address: '55555@lid' as Lid, name: 'no number', heardAt: EARLIER }],
    });
    const { items, next_cursor: cursor } = await page('');
    expect(cursor).toBeNull();
    expect(items).toEqual([
      {
        jid: jidOf(10),
        phone: '491700000010',
        lid: null,
        push_name: null,
        full_name: 'Anna',
        first_name: null,
        business_name: null,
        is_business: null,
        saved: true,
        updated_at: expect.stringMatching(/^\d{4}-.*Z$/),
      },
      expect.objectContaining({ jid: jidOf(20), business_name: 'Shop', saved: false }),
    ]);
  });

  it('give every page once, whatever is added or deleted meanwhile', async () => {
    await save('e', 'd', 'c', 'b', 'a');
    expect(await walk('limit=2')).toEqual(['e', 'd', 'c', 'b', 'a']);
    expect(await walk('limit=2&sort=name')).toEqual(['a', 'b', 'c', 'd', 'e']);
    let added = 0;
    const disturb = async () => {
      const before = `4916000000${(added += 1)}@s.whatsapp.net` as Jid;
      await apply({
        saved: [{ address: before, fullName: `A${added}`, firstName: null }],
        unsaved: [jidOf(10)],
      });
    };
    expect(await walk('limit=2', disturb)).toEqual(['e', 'd', 'c', 'b', 'a']);
    expect((await page('?limit=1000')).items).toHaveLength(4 + added);
  });

  it('sort by the shown name, blind to case and accents', async () => {
    await save('zoë', 'Émile', 'eMma', 'Ödön', 'Zoe', 'Zoe', '李小龍', 'Иван');
    await apply({ pushNames: [{ address: jidOf(30), name: 'fritz', heardAt: EARLIER }] });
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
    ['one letter, with which a word begins', 'Å', ['Anna Adler', 'Ångström']],
    ['a wildcard, as it stands', '100%', ['100% real_']],
    ['a full-width wildcard', '％', []],
    ['an underscore', 'l_', []],
    ['a backslash', 'back\\slash', ['back\\slash']],
    ['an emoji', '🙂', ['🙂 smile']],
    ['nothing that is there', 'xyz', []],
    ['digits within the number', '700000012', ['иванов']],
    ['a number as people write it', '+49 (0) 170 000-0012', []],
    ['a number in national form', '0170 000 0012', ['иванов']],
    ['a number in international form', '0049 1700000012', ['иванов']],
  ])('find by %s', async (_, text, expected) => {
    await save('Anna Adler', 'Ångström', 'иванов', '李小龍', '100% real_', 'back\\slash', '🙂 smile');
    expect(await search(text)).toEqual(expected);
  });

  it('find by every name that a person has', async () => {
    await apply({
      pairs: [{ jid: jidOf(10), lid: '77777@lid' as Lid }],
      saved: [
        { address: jidOf(10), fullName: 'Full', firstName: 'First' },
        { address: '77777@lid' as Lid, fullName: 'Lidfull', firstName: 'Lidfirst' },
      ],
      pushNames: [{ address: jidOf(10), name: 'Push', heardAt: EARLIER }],
      businessNames: [{ address: jidOf(10), name: 'Business' }],
    });
    for (const name of ['full', 'first', 'lidfull', 'lidfirst', 'push', 'business']) {
      expect(await search(name)).toEqual(['Full']);
    }
    await apply({ unsaved: [jidOf(10)] });
    expect(await search('first')).toEqual(['Lidfull']);
    expect((await search('fullfirst')).length).toBe(0);
  });

  it.each([
    [
      'limit=0',
      'limit is "0"; it must be given once, a whole number from 1 to 1000, for example /contacts?limit=100.',
    ],
    ['limit=1001', 'limit is "1001"; it must be'],
    ['limit=ten', 'limit is "ten"; it must be'],
    ['limit=', 'limit is ""; it must be'],
    ['limit=1&limit=2', 'limit is given 2 times; it must be'],
    ['sort=age', 'sort is "age"; it must be one of jid, name, given once, for example /contacts?sort=name.'],
    ['sort=jid&sort=name', 'sort is given 2 times'],
    ['search=', 'search is ""; it must be given once, 1 to 200 characters'],
    ['search=%20', 'search is " "; it must be'],
    [`search=${'x'.repeat(201)}`, 'it must be given once, 1 to 200 characters'],
    ['search=a&search=b', 'search is given 2 times'],
    ['cursor=', 'cursor is ""; it must be given once, next_cursor of the answer before'],
    ['cursor=!', 'cursor is "!"; it must be'],
    [
      'cursor=abc',
      'cursor is "abc"; it must be next_cursor of the answer before, asked with the same sort (here jid)',
    ],
    [
      `cursor=${Buffer.from('["name","x@s.whatsapp.net","x"]').toString('base64url')}`,
      'asked with the same sort (here jid)',
    ],
    [`cursor=${Buffer.from('["jid","\\u0000"]').toString('base64url')}`, 'cursor is'],
  ])('refuse ?%s with what is wrong and what is right', async (query, message) => {
    const { status, body } = await service.get<{ message: string }>(`/contacts?${query}`);
    expect([status, body.message]).toEqual([400, expect.stringContaining(message)]);
  });

  it('refuse ?photo=maybe', async () => {
    const { status, body } = await service.get<{ message: string }>('/contacts.vcf?photo=maybe');
    expect([status, body.message]).toEqual([
      400,
      expect.stringContaining('photo is "maybe"; it must be true or false'),
    ]);
  });

  it.each(['/contacts', '/contacts.vcf', '/contacts.csv'])(
    'say 503 at %s while no account is linked',
    async (path) => {
      await dataSource.query('UPDATE session_state SET account_id = NULL');
      const { status, body } = await service.get<{ message: string }>(path);
      expect([status, body.message]).toEqual([503, expect.stringContaining('Link a device')]);
    },
  );

  it.each(['/contacts', '/contacts.vcf', '/contacts.csv'])(
    'say at %s whether the sync is complete',
    async (path) => {
      expect((await service.get(path)).headers.get('contacts-sync')).toBe('partial');
      await dataSource.query('UPDATE account SET synced_at = now()');
      expect((await service.get(path)).headers.get('contacts-sync')).toBe('complete');
    },
  );

  it('write vCards that read back as what went in', async () => {
    await apply({
      saved: [
        { address: jidOf(10), fullName: 'Anna Maria Adler', firstName: 'Anna Maria' },
        { address: jidOf(11), fullName: NASTY, firstName: null },
      ],
      pushNames: [
        { address: jidOf(10), name: 'anni, "a;b"', heardAt: EARLIER },
        { address: jidOf(12), name: '\u0001', heardAt: EARLIER },
      ],
      businessNames: [{ address: jidOf(10), name: 'Adler; Co' }],
      pictures: [{ address: jidOf(10), state: 'present', id: '1', bytes: PNG, contentType: 'x', url: null }],
    });
    const { headers, text } = await service.get<string>('/contacts.vcf?photo=true');
    expect(headers.get('content-type')).toBe('text/vcard; charset=utf-8');
    expect(headers.get('content-disposition')).toBe('attachment; filename=contacts.vcf');
    const cards = readVcards(text);
    const value = (card: number, name: string) =>
      cards[card]?.find((property) => property.name === name)?.values;
    expect(cards).toHaveLength(3);
    expect(cards[0]?.map(({ name }) => name)).toEqual(
      'BEGIN VERSION FN N NICKNAME ORG TEL IMPP PHOTO REV END'.split(' '),
    );
    expect(value(0, 'VERSION')).toEqual(['4.0']);
    expect(value(0, 'FN')).toEqual(['Anna Maria Adler']);
    expect(value(0, 'N')).toEqual(['Adler', 'Anna Maria', '', '', '']);
    expect(value(0, 'NICKNAME')).toEqual(['anni, "a;b"']);
    expect(value(0, 'ORG')).toEqual(['Adler; Co']);
    expect(value(0, 'TEL')).toEqual(['tel:+491700000010']);
    expect(value(0, 'IMPP')).toEqual(['whatsapp:491700000010']);
    expect(value(0, 'PHOTO')).toEqual([`data:image/png;base64,${PNG.toString('base64')}`]);
    expect(value(1, 'FN')).toEqual([NASTY.replaceAll('\r\n', '\n')]);
    expect(value(2, 'FN')).toEqual(['+491700000012']);
    expect((await service.get('/contacts.vcf')).text).not.toContain('PHOTO');

    const byAnotherReader = text.split(/(?<=END:VCARD\r\n)/).map((card) => new Map(propertiesOf(card)));
    expect(byAnotherReader.map((card) => card.get('FN'))).toEqual(
      [0, 1, 2].map((card) => value(card, 'FN')?.[0]),
    );
    expect(byAnotherReader[0]?.get('N')).toMatchObject({ familyNames: 'Adler', givenNames: 'Anna Maria' });
    expect(byAnotherReader[0]?.get('TEL')).toBe('tel:+491700000010');
  });

  it('write CSV that reads back as what went in, and holds no formula', async () => {
    const names = [
      'Anna "A", Adler',
      NASTY,
      '=1+1',
      '+49',
      '-1',
      '@SUM(A1)',
      '\t=1',
      '\r=1',
      ' =1',
      '＝1',
      'a=1',
    ];
    await save(...names);
    const { headers, text } = await service.get<string>('/contacts.csv');
    expect(headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present');
    const [head, ...records] = parseCsv(text);
    expect(head?.slice(0, 3)).toEqual(['jid', 'phone', 'full_name']);
    expect(head?.at(-1)).toBe('updated_at');
    expect(records.map(([, , name]) => name)).toEqual(
      names.map((name) =>
        ['=', '+', '-', '@', '\t', '\r', ' ', '＝'].includes(name[0]!) ? `'${name}` : name,
      ),
    );
    expect(records.every((record) => record.length === head?.length)).toBe(true);
  });

  it('write 20,000 people whole, and give the connection back when a reader leaves', async () => {
    await dataSource.query(
      `INSERT INTO contact (account_id, jid, full_name, push_name)
       SELECT $1, (4916000000000 + i) || '@s.whatsapp.net', 'Person ' || i, repeat('ü', 100)
       FROM generate_series(1, 20000) i`,
      [accountId],
    );
    expect(parseCsv((await service.get('/contacts.csv')).text)).toHaveLength(20_001);
    for (const path of ['/contacts.csv', '/contacts.vcf', '/getcontacts']) {
      // More than the pool has connections: a leak of one each would leave none.
      for (let i = 0; i < 12; i += 1) await leaveEarly(path);
    }
    await eventually('no query runs any more', async () => {
      const busy = await dataSource.query<unknown[]>(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
           AND query LIKE 'COPY%' AND state <> 'idle'`,
      );
      return busy.length === 0;
    });
    expect((await page('?limit=1')).items).toHaveLength(1);
  });

  /** Begins to read, and cuts the line. */
  async function leaveEarly(path: string): Promise<void> {
    const request = httpRequest({ port: service.port, host: '127.0.0.1', path }).end();
    const [response] = (await once(request, 'response')) as [NodeJS.ReadableStream];
    await once(response, 'readable');
    request.on('error', () => {});
    request.destroy();
    await once(request, 'close');
  }
});
