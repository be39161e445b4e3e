import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { TestAddressBook } from '../../../test/support/test-address-book.js';
import { picture } from '../../../test/support/whole-contact.js';
import type { Jid, Lid } from '../../kernel/identifiers/address.js';
import { HAS_NAME } from '../contact.sql.js';
import { ProfileFetchesRepository } from './profile-fetches.repository.js';

const jidOf = (n: number) => `4917000000${n}@s.whatsapp.net` as Jid;

describe('ProfileFetchesRepository', () => {
  let book: TestAddressBook;
  let fetches: ProfileFetchesRepository;

  beforeAll(async () => {
    book = await TestAddressBook.create();
    fetches = new ProfileFetchesRepository(book.dataSource);
  });

  afterAll(() => book.drop());

  beforeEach(async () => {
    await book.clear();
    await book.apply({
      saved: [1, 2, 3].map((n) => ({ address: jidOf(n), fullName: `Person ${n}`, firstName: null })),
      mappings: [{ jid: jidOf(9), lid: '999999@lid' as Lid, observedAt: new Date() }],
    });
  });

  const take = async (limit = 10) => (await fetches.takeDue(book.accountId, limit)).map(({ jid }) => jid);
  const idOf = async (n: number) =>
    (await book.dataSource.query<{ id: string }[]>('SELECT id FROM contact WHERE jid = $1', [jidOf(n)]))[0]!
      .id;
  const finish = async (...people: number[]) => {
    const ids = await Promise.all(people.map(idOf));
    await book.dataSource.transaction((tx) => fetches.finish(tx, book.accountId, ids));
  };
  const age = (column: string, n: number, interval: string) =>
    book.dataSource.query(`UPDATE contact SET ${column} = now() - $2::interval WHERE jid = $1`, [
      jidOf(n),
      interval,
    ]);

  it('returns new contacts once, the newest first, and none without a name', async () => {
    expect(await take(2)).toEqual([jidOf(3), jidOf(2)]);
    expect(await take(2)).toEqual([jidOf(1)]);
    expect(await take()).toEqual([]);
  });

  it('returns contacts again some minutes after a fetch that did not finish', async () => {
    await take(1);
    await age('profile_attempted_at', 3, '16 minutes');
    expect(await take(1)).toEqual([jidOf(3)]);
  });

  it('returns contacts again 7 days after a fetch, the oldest first, after new ones', async () => {
    await finish(2, 3);
    await age('profile_fetched_at', 2, '8 days');
    await age('profile_fetched_at', 3, '6 days');
    expect(await take()).toEqual([jidOf(1), jidOf(2)]);
    const options = { refreshAfterDays: 5 };
    expect((await fetches.takeDue(book.accountId, 9, options)).map(({ jid }) => jid)).toEqual([jidOf(3)]);
  });

  it('returns requested contacts first, even without a name', async () => {
    await finish(1, 2);
    expect(await fetches.request(book.accountId, jidOf(1))).toBe(true);
    expect(await fetches.request(book.accountId, '999999@lid' as Lid)).toBe(true);
    expect(await fetches.request(book.accountId, jidOf(7))).toBe(false);
    const due = await fetches.takeDue(book.accountId, 10);
    expect(due.map(({ jid, isRequested }) => [jid, isRequested])).toEqual([
      [jidOf(1), true],
      [jidOf(9), true],
      [jidOf(3), false],
    ]);
    await finish(1, 9, 3);
    expect(await take()).toEqual([]);
  });

  it('keeps a request that is repeated during the fetch', async () => {
    await fetches.request(book.accountId, jidOf(1));
    expect(await take(1)).toEqual([jidOf(1)]);
    await fetches.request(book.accountId, jidOf(1));
    await finish(1);
    expect(await take(1)).toEqual([jidOf(1)]);
  });

  it('returns the ID of the stored picture, unless its bytes are missing', async () => {
    await book.apply({ pictures: [picture(jidOf(1), '17')] });
    await fetches.request(book.accountId, jidOf(1));
    expect((await fetches.takeDue(book.accountId, 1))[0]?.pictureId).toBe('17');
    await finish(1);
    await book.dataSource.query('UPDATE contact_picture SET bytes = NULL, size_bytes = NULL');
    await fetches.request(book.accountId, jidOf(1));
    expect((await fetches.takeDue(book.accountId, 1))[0]?.pictureId).toBeNull();
  });

  it('returns contacts missing from a response after all others, a day later, and at once when requested', async () => {
    const miss = async (...people: number[]) => {
      const ids = await Promise.all(people.map(idOf));
      await book.dataSource.transaction((tx) => fetches.postpone(tx, book.accountId, ids));
    };
    const accounts = { requested: [], pictures: [], batch: [book.accountId] };
    await take();
    await finish(1);
    await miss(2, 3);
    expect(await fetches.progress(book.accountId)).toEqual({ people: 3, fetched: 1, due: 0 });
    expect(await take()).toEqual([]);
    expect((await fetches.findAccountsDue(accounts)).batch).toEqual([]);
    await age('profile_missed_at', 2, '25 hours');
    await age('profile_missed_at', 3, '26 hours');
    await age('profile_fetched_at', 1, '8 days');
    expect(await fetches.progress(book.accountId)).toEqual({ people: 3, fetched: 1, due: 3 });
    expect((await fetches.findAccountsDue(accounts)).batch).toEqual([book.accountId]);
    expect(await take()).toEqual([jidOf(1), jidOf(3), jidOf(2)]);
    await miss(2);
    await fetches.request(book.accountId, jidOf(2));
    expect(await take()).toEqual([jidOf(2)]);
    await finish(2);
    await age('profile_fetched_at', 2, '8 days');
    expect(await take(1)).toEqual([jidOf(2)]);
  });

  it('counts contacts with a name, fetched ones and due ones', async () => {
    await finish(1, 2);
    expect(await fetches.progress(book.accountId)).toEqual({ people: 3, fetched: 2, due: 1 });
    await fetches.request(book.accountId, jidOf(9));
    expect(await fetches.progress(book.accountId)).toEqual({ people: 3, fetched: 2, due: 2 });
  });

  it('finds due contacts by index', async () => {
    await book.dataSource.query(
      `INSERT INTO contact (account_id, jid, full_name, profile_fetched_at)
       SELECT $1, (49160000000 + i) || '@s.whatsapp.net', 'P ' || i, now() FROM generate_series(1, 5000) i`,
      [book.accountId],
    );
    await book.dataSource.query('ANALYZE contact');
    const plan = await book.dataSource.query<{ 'QUERY PLAN': string }[]>(
      `EXPLAIN SELECT id FROM contact c WHERE account_id = ${book.accountId}
         AND ${HAS_NAME}
         AND profile_missed_at IS NULL
         AND (profile_fetched_at IS NULL OR profile_fetched_at < now() - interval '7 days')
       ORDER BY profile_fetched_at NULLS FIRST, id DESC LIMIT 10`,
    );
    expect(plan.map((line) => line['QUERY PLAN']).join('\n')).toContain('contact_profile_due');
  });
});
