import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { createContactsService, linkAccount } from '../../../test/support/contacts.js';
import { openDataSource } from '../../../test/support/open-data-source.js';
import { createTestDatabase, type TestDatabase } from '../../../test/support/test-database.js';
import type { Jid, Lid } from '../address.js';
import { ProfileDownloadsRepository } from './profile-downloads.repository.js';

const ME = '4915100000000@s.whatsapp.net' as Jid;
const jidOf = (n: number) => `4917000000${n}@s.whatsapp.net` as Jid;
const BYTES = Buffer.from([0xff, 0xd8, 0xff]);

describe('the queue of downloads', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let downloads: ProfileDownloadsRepository;
  let accountId: number;

  beforeAll(async () => {
    database = await createTestDatabase();
    dataSource = await openDataSource(database.url);
    downloads = new ProfileDownloadsRepository(dataSource);
  });

  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  beforeEach(async () => {
    accountId = await linkAccount(dataSource, ME);
    const service = createContactsService();
    await dataSource.transaction((tx) =>
      service.apply(
        tx,
        { accountId, jid: ME, lid: null },
        {
          saved: [1, 2, 3].map((n) => ({ address: jidOf(n), fullName: `Person ${n}`, firstName: null })),
          pairs: [{ jid: jidOf(9), lid: '999999@lid' as Lid }],
        },
      ),
    );
  });

  const take = async (limit = 10) => (await downloads.takeDue(accountId, limit)).map(({ jid }) => jid);
  const idOf = async (n: number) =>
    (await dataSource.query<{ id: string }[]>('SELECT id FROM contact WHERE jid = $1', [jidOf(n)]))[0]!.id;
  const finish = async (...people: number[]) => {
    const ids = await Promise.all(people.map(idOf));
    await dataSource.transaction((tx) => downloads.finish(tx, ids));
  };
  const age = (column: string, n: number, interval: string) =>
    dataSource.query(`UPDATE contact SET ${column} = now() - $2::interval WHERE jid = $1`, [
      jidOf(n),
      interval,
    ]);

  it('gives the newest of those never fetched first, each once, and no strangers', async () => {
    expect(await take(2)).toEqual([jidOf(3), jidOf(2)]);
    expect(await take(2)).toEqual([jidOf(1)]);
    expect(await take()).toEqual([]);
  });

  it('gives people again whose fetch did not finish, some minutes later', async () => {
    await take(1);
    await age('profile_attempted_at', 3, '16 minutes');
    expect(await take(1)).toEqual([jidOf(3)]);
  });

  it('gives people again 7 days after they were fetched, the longest ago first, after the never fetched', async () => {
    await finish(2, 3);
    await age('profile_fetched_at', 2, '8 days');
    await age('profile_fetched_at', 3, '6 days');
    expect(await take()).toEqual([jidOf(1), jidOf(2)]);
    const options = { refreshAfterDays: 5 };
    expect((await downloads.takeDue(accountId, 9, options)).map(({ jid }) => jid)).toEqual([jidOf(3)]);
  });

  it('gives people that were asked for before all others, strangers too', async () => {
    await finish(1, 2);
    expect(await downloads.request(accountId, jidOf(1))).toBe(true);
    expect(await downloads.request(accountId, '999999@lid' as Lid)).toBe(true);
    expect(await downloads.request(accountId, jidOf(7))).toBe(false);
    const due = await downloads.takeDue(accountId, 10);
    expect(due.map(({ jid, isRequested }) => [jid, isRequested])).toEqual([
      [jidOf(1), true],
      [jidOf(9), true],
      [jidOf(3), false],
    ]);
    await finish(1, 9, 3);
    expect(await take()).toEqual([]);
  });

  it('does not forget who was asked for again while he was fetched', async () => {
    await downloads.request(accountId, jidOf(1));
    expect(await take(1)).toEqual([jidOf(1)]);
    await downloads.request(accountId, jidOf(1));
    await finish(1);
    expect(await take(1)).toEqual([jidOf(1)]);
  });

  it('tells the picture that is here, unless its bytes are missing', async () => {
    const service = createContactsService();
    const owner = { accountId, jid: ME, lid: null };
    const picture = {
      address: jidOf(1),
      state: 'present',
      id: '17',
      bytes: BYTES,
      contentType: '',
      url: null,
    } as const;
    await dataSource.transaction((tx) => service.apply(tx, owner, { pictures: [picture] }));
    await downloads.request(accountId, jidOf(1));
    expect((await downloads.takeDue(accountId, 1))[0]?.pictureId).toBe('17');
    await finish(1);
    await dataSource.query('UPDATE contact_picture SET bytes = NULL, size_bytes = NULL');
    await downloads.request(accountId, jidOf(1));
    expect((await downloads.takeDue(accountId, 1))[0]?.pictureId).toBeNull();
  });

  it('counts people with a name, those fetched, and those due', async () => {
    await finish(1, 2);
    expect(await downloads.progress(accountId)).toEqual({ people: 3, fetched: 2, due: 1 });
    await downloads.request(accountId, jidOf(9));
    expect(await downloads.progress(accountId)).toEqual({ people: 3, fetched: 2, due: 2 });
  });

  it('finds who is next by index', async () => {
    await dataSource.query(
      `INSERT INTO contact (account_id, jid, full_name, profile_fetched_at)
       SELECT $1, (49160000000 + i) || '@s.whatsapp.net', 'P ' || i, now() FROM generate_series(1, 5000) i`,
      [accountId],
    );
    await dataSource.query('ANALYZE contact');
    const plan = await dataSource.query<{ 'QUERY PLAN': string }[]>(
      `EXPLAIN SELECT id FROM contact WHERE account_id = ${accountId}
         AND num_nonnulls(push_name, full_name, first_name, lid_full_name, lid_first_name, business_name) > 0
         AND (profile_fetched_at IS NULL OR profile_fetched_at < now() - interval '7 days')
       ORDER BY profile_fetched_at NULLS FIRST, id DESC LIMIT 10`,
    );
    expect(plan.map((line) => line['QUERY PLAN']).join('\n')).toContain('contact_profile_due');
  });
});
