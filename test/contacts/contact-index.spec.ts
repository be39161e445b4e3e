import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ContactIndexDto } from '../../src/api/contacts/contact-index.dto.js';
import type { ContactPageDto } from '../../src/api/contacts/contact-list.dto.js';
import { INDEX_STEP } from '../../src/contacts/read/contact-index.repository.js';
import { jidOf, ServedAddressBook } from './served-address-book.js';

const NAMES = ['Zoë', 'anna', '3M', 'Åsa', 'Ärger', 'Борис', '陳大文', '🙂', 'Ben', '“Quoted”'];

describe('the order and the index of lists', () => {
  let book: ServedAddressBook;

  beforeAll(async () => {
    book = await ServedAddressBook.start();
  });

  afterAll(() => book.stop());

  beforeEach(() => book.clear());

  const page = async (query: string) => {
    const { status, body } = await book.service.get<ContactPageDto>(`/contacts?${query}`);
    expect(status).toBe(200);
    return body;
  };
  const index = async (query = '') => {
    const { status, body } = await book.service.get<ContactIndexDto>(`/contacts/index?${query}`);
    expect(status).toBe(200);
    return body;
  };
  const namesOf = ({ items }: ContactPageDto) => items.map(({ full_name: name }) => name ?? '');
  const namesOfAllPages = async (query: string) => {
    const names: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const next: ContactPageDto = await page(`${query}${cursor && `&cursor=${cursor}`}`);
      names.push(...namesOf(next));
      cursor = next.next_cursor;
    }
    return names;
  };

  it('begins with the contact that changed last, also across pages', async () => {
    await book.save('a', 'b', 'c', 'd');
    const at = ['01', '03', '02', '03'].map((day) => `2026-02-${day}T10:00:00.123456Z`);
    for (const [i, time] of at.entries())
      await book.dataSource.query('UPDATE contact SET updated_at = $1 WHERE jid = $2', [time, jidOf(10 + i)]);
    expect(await namesOfAllPages('sort=updated&limit=1')).toEqual(['d', 'b', 'c', 'a']);
  });

  it('rejects a changed time in a cursor', async () => {
    await book.save('a', 'b');
    const { next_cursor: cursor } = await page('sort=updated&limit=1');
    const place = JSON.parse(Buffer.from(cursor ?? '', 'base64url').toString()) as string[];
    for (const time of ['', '1e3', '-1', '9'.repeat(17), 'infinity']) {
      const forged = Buffer.from(JSON.stringify([...place.slice(0, 2), time])).toString('base64url');
      const { status, body } = await book.service.get(`/contacts?sort=updated&cursor=${forged}`);
      expect({ time, status, code: (body as { code: string }).code }).toEqual({
        time,
        status: 400,
        code: 'invalid_cursor',
      });
    }
  });

  it('finds the initials of all scripts', async () => {
    await book.save(...NAMES);
    const names = namesOf(await page('sort=name'));
    const { count, cursors, initials, row } = await index('sort=name');
    expect({ count, cursors, row }).toEqual({ count: NAMES.length, cursors: [], row: null });
    expect(initials.map(({ initial }) => initial)).toEqual(
      expect.arrayContaining(['A', 'B', 'Z', 'Б', '陳', '#']),
    );
    for (const { initial, row: at } of initials.filter((each) => /[ABZБ陳]/.test(each.initial)))
      expect(names[at]?.normalize('NFD').replace('“', '')[0]?.toUpperCase()).toBe(initial);
  });

  it.each(['sort=name', 'sort=jid', 'sort=updated', 'sort=name&search=person%201'])(
    'leads to every part of the list (%s)',
    async (query) => {
      await book.save(...Array.from({ length: 2 * INDEX_STEP + 5 }, (_, i) => `Person ${i}`));
      const all = await page(`${query}&limit=1000`);
      const { count, cursors } = await index(query);
      expect(count).toBe(all.items.length);
      expect(cursors).toHaveLength(Math.ceil(count / INDEX_STEP) - 1);
      for (const [i, cursor] of cursors.entries()) {
        const from = (i + 1) * INDEX_STEP;
        const part = await page(`${query}&limit=${INDEX_STEP}&cursor=${cursor}`);
        expect(namesOf(part)).toEqual(namesOf(all).slice(from, from + INDEX_STEP));
      }
    },
  );

  it.each(['name', 'jid', 'updated'])(
    'finds matches wherever they are in the order (sort=%s)',
    async (sort) => {
      const nameOf = (i: number) => `${i < 180 ? 'Person' : 'Zoe'} ${i} ${i % 7 === 0 ? 'Kx' : ''}`;
      await book.save(...Array.from({ length: 200 }, (_, i) => nameOf(i)));
      const names = namesOf(await page(`sort=${sort}&limit=1000`));
      for (const search of ['zoe', 'kx', 'person', 'zoe kx', '1', 'nobody']) {
        const found = await namesOfAllPages(`sort=${sort}&limit=3&search=${search}`);
        const words = search.split(' ');
        const isMatch = (name: string) =>
          words.every((word) => ` ${name.toLowerCase()}`.includes(` ${word}`));
        expect({ search, found }).toEqual({ search, found: names.filter(isMatch) });
      }
    },
  );

  it('has no cursor to an empty page', async () => {
    await book.save(...Array.from({ length: INDEX_STEP }, (_, i) => `Person ${i}`));
    expect((await index()).cursors).toEqual([]);
  });

  it('finds the row of a contact by its number, JID, username or ID', async () => {
    await book.save('c', 'b', 'a');
    await book.apply({ usernames: [{ address: jidOf(11), name: 'Bea', observedAt: new Date() }] });
    const { items } = await page('sort=name');
    const { id, phone, jid } = items[1] ?? {};
    for (const contact of [id, phone, jid, `+${phone}`, '@bea', '@BEA'])
      expect([contact, (await index(`sort=name&contact=${encodeURIComponent(contact ?? '')}`)).row]).toEqual([
        contact,
        1,
      ]);
    await book.apply({ usernames: [{ address: jidOf(11), name: 'B",}{\\', observedAt: new Date() }] });
    for (const contact of ['@b",}{\\', '@x",}{\\', '@"', '@{}'])
      expect([contact, (await index(`sort=name&contact=${encodeURIComponent(contact)}`)).row]).toEqual([
        contact,
        contact.startsWith('@b') ? 1 : null,
      ]);
    expect((await index('sort=name&search=a&contact=491709999999')).row).toBeNull();
    expect((await index(`sort=name&search=c&contact=${id}`)).row).toBeNull();
  });

  it('is empty for an empty list', async () => {
    expect(await index('sort=name')).toEqual({ count: 0, cursors: [], initials: [], row: null });
  });
});
