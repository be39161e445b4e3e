import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { TestAddressBook } from '../../../test/support/test-address-book.js';
import type { Jid, Lid, Phone } from '../../kernel/identifiers/address.js';
import { NumberChecksRepository } from './number-checks.repository.js';

const [ANNA, BOB, CARL] = ['491701234567', '491701234568', '491701234569'] as [Phone, Phone, Phone];
const LIMIT = 100;

describe('NumberChecksRepository', () => {
  let book: TestAddressBook;
  let checks: NumberChecksRepository;

  beforeAll(async () => {
    book = await TestAddressBook.create();
    checks = new NumberChecksRepository(book.dataSource);
  });

  afterAll(() => book.drop());

  beforeEach(async () => {
    await book.clear();
    await book.dataSource.query('DELETE FROM number_check; DELETE FROM number_check_quota');
  });

  const reserve = (wanted: number) =>
    book.dataSource.transaction((tx) => checks.reserve(tx, book.accountId, { wanted, limit: LIMIT }));
  const used = async () => (await checks.getQuota(book.accountId)).used;
  const answer = (phone: Phone, onWhatsapp: boolean | null) => ({ phone, onWhatsapp, jid: null, lid: null });
  const save = (...answers: ReturnType<typeof answer>[]) =>
    book.dataSource.transaction((tx) => checks.save(tx, book.accountId, answers));
  const age = (interval: string) =>
    book.dataSource.query('UPDATE number_check SET checked_at = checked_at - $1::interval', [interval]);
  const found = async () =>
    (await checks.find(book.accountId, [ANNA, BOB, CARL])).map(({ phone }) => phone).toSorted();

  it('never grants more than the limit, although processes reserve at the same time', async () => {
    const granted = await Promise.all(Array.from({ length: 30 }, () => reserve(7)));
    expect(granted.reduce((sum, each) => sum + each, 0)).toBe(LIMIT);
    expect(await used()).toBe(LIMIT);
    expect(await reserve(1)).toBe(0);
  });

  it('grants the whole limit again on the next day', async () => {
    await reserve(LIMIT);
    await book.dataSource.query('UPDATE number_check_quota SET day = day - 1');
    expect(await used()).toBe(0);
    expect(await reserve(7)).toBe(7);
    expect(await used()).toBe(7);
    const { resetsAt } = await checks.getQuota(book.accountId);
    expect(resetsAt.toISOString()).toMatch(/T00:00:00\.000Z$/);
    expect(resetsAt.getTime()).toBeGreaterThan(Date.now());
  });

  it('grants nothing during a stop, which does not change how many were used', async () => {
    await reserve(3);
    const until = new Date(Date.now() + 60_000);
    const stop = (end: Date) =>
      book.dataSource.transaction((tx) =>
        checks.stop(tx, book.accountId, { reason: 'rate_limited', until: end }),
      );
    await stop(until);
    expect(await reserve(1)).toBe(0);
    expect(await checks.getQuota(book.accountId)).toMatchObject({
      used: 3,
      stop: { reason: 'rate_limited', until },
    });
    await stop(new Date(Date.now() - 1));
    expect((await checks.getQuota(book.accountId)).stop).toBeNull();
    expect(await reserve(1)).toBe(1);
  });

  it('returns answers for 30 days, and the lack of an answer for one day', async () => {
    const whole = {
      phone: ANNA,
      onWhatsapp: true,
      jid: `${ANNA}@s.whatsapp.net` as Jid,
      lid: '9@lid' as Lid,
    };
    await save(whole as never, answer(BOB, false), answer(CARL, null));
    expect(await checks.find(book.accountId, [ANNA])).toMatchObject([whole]);
    await age('25 hours');
    expect(await found()).toEqual([ANNA, BOB]);
    await save(answer(BOB, true));
    await age('29 days');
    expect(await found()).toEqual([BOB]);
  });

  it('deletes only answers that are too old', async () => {
    await save(answer(ANNA, true));
    await age('31 days');
    await save(answer(BOB, true));
    await checks.deleteExpired();
    expect(await book.dataSource.query('SELECT phone FROM number_check')).toEqual([{ phone: BOB }]);
  });

  it('has no rows left when the account is deleted', async () => {
    const [{ id }] = await book.dataSource.query<[{ id: number }]>(
      `INSERT INTO account (jid, linked_at) VALUES ('491700000099@s.whatsapp.net', now()) RETURNING id`,
    );
    await book.dataSource.transaction(async (tx) => {
      await checks.reserve(tx, id, { wanted: 1, limit: LIMIT });
      await checks.save(tx, id, [answer(ANNA, true)]);
    });
    await book.dataSource.query('DELETE FROM account WHERE id = $1', [id]);
    const counts: unknown = await book.dataSource.query(
      'SELECT (SELECT count(*)::int FROM number_check) + (SELECT count(*)::int FROM number_check_quota) AS rows',
    );
    expect(counts).toEqual([{ rows: 0 }]);
  });
});
