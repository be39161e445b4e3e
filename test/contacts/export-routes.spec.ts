import { once } from 'node:events';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { readXlsx } from 'hucre/xlsx';
import { parse as parseVcard } from 'vcard4';
import { eventually } from '../support/service.js';
import { readVcards } from '../support/vcard-reader.js';
import { jidOf, ServedAddressBook } from './served-address-book.js';

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

describe('the address book export', () => {
  let book: ServedAddressBook;

  beforeAll(async () => {
    book = await ServedAddressBook.start();
  });

  afterAll(() => book.stop());

  beforeEach(() => book.clear());

  it.each(['csv', 'vcf', 'xlsx', 'ndjson'])(
    'writes only the contacts of a search to contacts.%s',
    async (extension) => {
      await book.save('Anna', 'Ben', "O'Hara \\ 100%");
      const read = async (search: string) => {
        const path = `/contacts.${extension}?search=${encodeURIComponent(search)}&saved=true`;
        const response = await fetch(`http://127.0.0.1:${book.service.port}${path}`);
        expect(response.status).toBe(200);
        const bytes = Buffer.from(await response.arrayBuffer());
        if (extension !== 'xlsx') return bytes.toString();
        const { sheets } = await readXlsx(bytes);
        return JSON.stringify(sheets[0]?.rows);
      };
      const [ben, hara] = [await read('ben'), await read("o'hara \\ 100%")];
      expect([/Anna/.test(ben), /Ben/.test(ben), /Hara/.test(ben)]).toEqual([false, true, false]);
      expect([/Anna/.test(hara), /Ben/.test(hara), /Hara/.test(hara)]).toEqual([false, false, true]);
    },
  );

  it('writes NDJSON with the position in the feed', async () => {
    expect((await book.service.get('/contacts.ndjson')).text).toBe('');
    await book.save('Anna', 'Ben');
    const { headers, text } = await book.service.get('/contacts.ndjson?fields=full_name,saved');
    expect(headers.get('content-type')).toBe('application/x-ndjson');
    expect(headers.get('content-disposition')).toBe('attachment; filename=contacts.ndjson');
    expect(headers.get('changes-next')).toMatch(/^\d+$/);
    expect(text).toBe('{"full_name":"Anna","saved":true}\n{"full_name":"Ben","saved":true}\n');
  });

  it('rejects ?photo=maybe', async () => {
    const { status, body } = await book.service.get<{ message: string }>('/contacts.vcf?photo=maybe');
    expect([status, body.message]).toEqual([
      400,
      expect.stringContaining('Invalid photo "maybe": use true or false'),
    ]);
  });

  it('writes vCards that parse back to the same values', async () => {
    await book.apply({
      saved: [
        { address: jidOf(10), fullName: 'Anna Maria Adler', firstName: 'Anna Maria' },
        { address: jidOf(11), fullName: NASTY, firstName: null },
      ],
      pushNames: [{ address: jidOf(10), name: 'anni, "a;b"', observedAt: EARLIER }],
      businessNames: [{ address: jidOf(10), name: 'Adler; Co' }],
      pictures: [{ address: jidOf(10), state: 'present', id: '1', bytes: PNG }],
    });
    // Former versions stored names of control characters alone, which vCards cannot contain.
    await book.database.query(
      `INSERT INTO contact (account_id, jid, push_name) VALUES (${book.accountId}, '${jidOf(12)}', E'\\x01')`,
    );
    const { headers, text } = await book.service.get<string>('/contacts.vcf?photo=true');
    expect(headers.get('content-type')).toBe('text/vcard; charset=utf-8; version=4.0');
    expect(headers.get('content-disposition')).toBe('attachment; filename=contacts.vcf');
    const cards = readVcards(text);
    const value = (card: number, name: string) =>
      cards[card]?.find((property) => property.name === name)?.values;
    expect(cards).toHaveLength(3);
    expect(cards[0]?.map(({ name }) => name)).toEqual(
      'BEGIN VERSION UID FN N NICKNAME ORG TEL IMPP PHOTO REV END'.split(' '),
    );
    expect(value(0, 'VERSION')).toEqual(['4.0']);
    expect(value(0, 'FN')).toEqual(['Anna Maria Adler']);
    expect(value(0, 'N')).toEqual(['Adler', 'Anna Maria', '', '', '']);
    expect(value(0, 'NICKNAME')).toEqual(['anni, "a;b"']);
    expect(value(0, 'ORG')).toEqual(['Adler; Co']);
    expect(value(0, 'TEL')).toEqual(['+491700000010']);
    expect(value(0, 'IMPP')).toEqual(['whatsapp:491700000010']);
    expect(value(0, 'PHOTO')).toEqual([`data:image/png;base64,${PNG.toString('base64')}`]);
    expect(value(1, 'FN')).toEqual([NASTY.replaceAll('\r\n', '\n')]);
    expect(value(2, 'FN')).toEqual(['+491700000012']);
    expect((await book.service.get('/contacts.vcf')).text).not.toContain('PHOTO');

    const byAnotherReader = text.split(/(?<=END:VCARD\r\n)/).map((card) => new Map(propertiesOf(card)));
    expect(byAnotherReader.map((card) => card.get('FN'))).toEqual(
      [0, 1, 2].map((card) => value(card, 'FN')?.[0]),
    );
    expect(byAnotherReader[0]?.get('N')).toMatchObject({ familyNames: 'Adler', givenNames: 'Anna Maria' });
    expect(byAnotherReader[0]?.get('TEL')).toBe('+491700000010');
  });

  it.each([
    ['', {}, '4.0'],
    ['?version=3.0', {}, '3.0'],
    ['', { Accept: 'text/vcard;version=3.0' }, '3.0'],
    ['', { Accept: 'text/vcard; version="3.0"; charset=utf-8' }, '3.0'],
    ['', { Accept: 'text/vcard;version=4.0;q=0.5, text/vcard;version=3.0' }, '3.0'],
    ['', { Accept: 'text/vcard, text/vcard;version=3.0;q=0.9' }, '4.0'],
    ['?version=4.0', { Accept: 'text/vcard;version=3.0' }, '4.0'],
    ['', { Accept: 'text/vcard;version=2.1, */*;q=0.1' }, '4.0'],
    ['', { Accept: 'application/json' }, '4.0'],
  ])('writes %s with %o as vCard %s', async (query, headers, version) => {
    await book.save('Anna');
    const answer = await book.service.request(`/contacts.vcf${query}`, { headers });
    expect(answer.headers.get('content-type')).toBe(`text/vcard; charset=utf-8; version=${version}`);
    expect(answer.headers.get('vary')).toBe('Accept-Encoding, Accept');
    expect(answer.text).toContain(`VERSION:${version}\r\n`);
  });

  it('answers 406 if Accept allows only other versions of vCard', async () => {
    const headers = { Accept: 'text/vcard;version=2.1' };
    const { status, body } = await book.service.request('/contacts.vcf', { headers });
    expect([status, body]).toMatchObject([406, { code: 'not_acceptable' }]);
    expect((body as { message: string }).message).toContain('for example text/vcard;version=3.0');
  });

  it('identifies a contact by the same UID in each export, also when its number changes', async () => {
    await book.apply({
      saved: [10, 11].map((n) => ({ address: jidOf(n), fullName: `Person ${n}`, firstName: null })),
      pictures: [{ address: jidOf(10), state: 'present', id: '1', bytes: PNG }],
    });
    const uids = async (query: string) =>
      (await book.service.get(`/contacts.vcf${query}`)).text.match(/(?<=^UID:urn:uuid:).*(?=\r$)/gm);
    const found = await uids('');
    expect(new Set(found).size).toBe(2);
    await book.database.query(
      `UPDATE contact SET jid = '${jidOf(12)}' WHERE account_id = ${book.accountId} AND jid = '${jidOf(11)}'`,
    );
    for (const query of ['', '?version=3.0', '?photo=true&version=3.0'])
      expect(await uids(query)).toEqual(found);
  });

  it.each([
    ['contacts.vcf?version=2.1', 'Invalid version "2.1": use 3.0 or 4.0, for example'],
    ['contacts.vcf?version=3', 'Invalid version "3": use'],
    ['contacts.vcf?version=', 'Missing version: use'],
    ['contacts.vcf?version=3.0&version=4.0', 'Invalid version ["3.0","4.0"]: use'],
    ['contacts.csv?format=yahoo', 'Invalid format "yahoo": use google, outlook or excel, for example'],
    ['contacts.csv?separator=|', 'Invalid separator "|": use ",", ";" or tab, for example'],
    ['contacts.csv?separator=%22', 'Invalid separator "\\"": use'],
    ['contacts.csv?bom=1', 'Invalid bom "1": use true or false'],
    ['contacts.xlsx?saved=1', 'Invalid saved "1": use true or false'],
  ])('rejects %s', async (path, message) => {
    const { status, body } = await book.service.get<{ message: string }>(`/${path}`);
    expect([status, body.message]).toEqual([400, expect.stringContaining(message)]);
  });

  it('suggests a file name with the session', async () => {
    await book.database.query(
      `WITH other AS (
         INSERT INTO account (jid, linked_at, synced_at) VALUES ('4915111111111@s.whatsapp.net', now(), now())
         RETURNING id
       ) INSERT INTO session (name, account_id) SELECT 'sales', id FROM other`,
    );
    for (const extension of ['vcf', 'csv', 'xlsx']) {
      const nameOf = async (prefix: string) =>
        (await book.service.get(`${prefix}/contacts.${extension}`)).headers.get('content-disposition');
      expect(await nameOf('')).toBe(`attachment; filename=contacts.${extension}`);
      expect(await nameOf('/sessions/sales')).toBe(`attachment; filename=contacts-sales.${extension}`);
    }
    await book.database.query(`DELETE FROM session WHERE name = 'sales'`);
    await book.database.query(`DELETE FROM account WHERE id <> ${book.accountId}`);
  });

  it('writes a byte order mark, separators and columns as requested', async () => {
    await book.save('Anna; "A"');
    const read = async (query: string) => (await rawGet(`/contacts.csv?${query}`)).body.toString();
    expect(await read('separator=;')).toMatch(/^jid;phone;.*\r\n.*;491700000010;"Anna; ""A""";/s);
    expect(await read('separator=tab&bom=true')).toMatch(/^\ufeffjid\tphone\t/);
    expect(await read('format=excel')).toMatch(/^\ufeffjid,phone,.*\r\n.*,"=""491700000010""",/s);
    expect(await read('format=excel&bom=false')).toMatch(/^jid,/);
    expect(await read('format=google')).toMatch(
      /^First Name,.*\r\n"Anna; ""A""",.*,Mobile,\+491700000010\r\n$/s,
    );
    expect(await read('format=outlook')).toMatch(/^First Name,.*,\+491700000010,/s);
  });

  it('writes an Excel workbook with the values of the CSV export', async () => {
    const names = ['Anna', '=1+1', '007', NASTY, '_x0041_', 'a\uffffb', ' b '];
    await book.save(...names);
    const { headers, body } = await rawGet('/contacts.xlsx', { 'accept-encoding': 'gzip' });
    expect(headers['content-type']).toBe('application/vnd.openxmlformats-officedocument.spreadsheetml.sheet');
    expect(headers['content-encoding']).toBeUndefined();
    const { sheets } = await readXlsx(body);
    const [head, ...rows] = sheets[0]?.rows ?? [];
    const [csvHead, ...records] = parseCsv((await book.service.get('/contacts.csv')).text);
    expect(head).toEqual(csvHead);
    expect(rows.map((row) => row.slice(0, 2))).toEqual(records.map((record) => record.slice(0, 2)));
    expect(rows.map(([, , name]) => name)).toEqual(names.map((name) => name.replace('\uffff', '')));
    expect(rows[0]?.slice(6, 8)).toEqual([null, true]);
  });

  it('writes CSV that parses back to the same values and contains no formulas', async () => {
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
    await book.save(...names);
    const { headers, text } = await book.service.get<string>('/contacts.csv');
    expect(headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present');
    const [head, ...records] = parseCsv(text);
    expect(head?.slice(0, 3)).toEqual(['jid', 'phone', 'full_name']);
    expect(head?.slice(-3)).toEqual(['lid', 'username', 'id']);
    expect(records.map(([, , name]) => name)).toEqual([
      ...['Anna "A", Adler', NASTY.replaceAll('\n=1+1', "\n'=1+1")],
      ...["'=1+1", "'+49", "'-1", "'@SUM(A1)", "'\t'=1", "'\r'=1", "' =1", "'＝1", 'a=1'],
    ]);
    expect(records.every((record) => record.length === head?.length)).toBe(true);
  });

  it('exports 20,000 contacts completely, and releases the connection when a client disconnects', async () => {
    await book.dataSource.query(
      `INSERT INTO contact (account_id, jid, full_name, push_name)
       SELECT $1, (4916000000000 + i) || '@s.whatsapp.net', 'Person ' || i, repeat('ü', 100)
       FROM generate_series(1, 20000) i`,
      [book.accountId],
    );
    expect(parseCsv((await book.service.get('/contacts.csv')).text)).toHaveLength(20_001);
    for (const path of ['/contacts.csv', '/contacts.vcf', '/contacts.xlsx', '/getcontacts']) {
      // More than the pool has connections: a leak of one each would leave none.
      for (let i = 0; i < 12; i += 1) await leaveEarly(path);
    }
    await eventually('no query runs any more', async () => {
      const busy = await book.dataSource.query<unknown[]>(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
           AND query LIKE 'COPY%' AND state <> 'idle'`,
      );
      return busy.length === 0;
    });
    expect((await book.service.get('/contacts?limit=1')).status).toBe(200);
  });

  it('completes or aborts each list, and never truncates one, when the database fails', async () => {
    const people = 20_000;
    await book.dataSource.query(
      `INSERT INTO contact (account_id, jid, full_name)
       SELECT $1, (4916000000000 + i) || '@s.whatsapp.net', 'Person ' || i FROM generate_series(1, $2::int) i`,
      [book.accountId, people],
    );
    /** Returns the number of contacts in the response; null if it was aborted or is an error. */
    const read = async (path: string): Promise<number | null> => {
      const answer = await book.service.get(path).catch(() => null);
      return answer?.status === 200 ? (answer.text.match(/Person/g)?.length ?? 0) : null;
    };
    for (let round = 0; round < 20; round += 1) {
      const lists = ['/getcontacts', '/contacts.csv', '/getcontacts'].map(read);
      await sleep(round * 10);
      await book.proxy.goDown();
      expect((await book.service.get('/livez')).status).toBe(200);
      await book.proxy.comeBack();
      for (const found of await Promise.all(lists)) expect([people, null]).toContain(found);
    }
    expect(await eventually('the list is whole', () => read('/getcontacts'))).toBe(people);
    expect(book.service.isRunning).toBe(true);
  });

  /** Without what fetch() decodes by itself: encodings and byte order marks. */
  async function rawGet(path: string, headers: Record<string, string> = {}) {
    const asking = httpRequest({ port: book.service.port, host: '127.0.0.1', path, headers }).end();
    const [response] = (await once(asking, 'response')) as [IncomingMessage];
    return { headers: response.headers, body: await buffer(response) };
  }

  /** Begins to read, and cuts the line. */
  async function leaveEarly(path: string): Promise<void> {
    const request = httpRequest({ port: book.service.port, host: '127.0.0.1', path }).end();
    const [response] = (await once(request, 'response')) as [NodeJS.ReadableStream];
    await once(response, 'readable');
    request.on('error', () => {});
    request.destroy();
    await once(request, 'close');
  }
});
