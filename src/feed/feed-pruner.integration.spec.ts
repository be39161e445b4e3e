import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { saved } from '../../test/support/people.js';
import { TestAddressBook } from '../../test/support/test-address-book.js';
import { Config } from '../kernel/config/config.js';
import type { Jid } from '../kernel/identifiers/address.js';
import { FeedPruner } from './feed-pruner.js';
import { FeedPrunesRepository } from './feed-prunes.repository.js';

const ANNA = '491701111111@s.whatsapp.net' as Jid;

describe('FeedPruner', () => {
  let book: TestAddressBook;

  beforeAll(async () => {
    book = await TestAddressBook.create();
    await book.clear();
  });

  afterAll(() => book.drop());

  it('deletes old changes in batches and records the last number', async () => {
    for (let i = 0; i < 5; i++) await book.apply(saved(ANNA, `Anna ${i}`, null));
    // More than one batch.
    await book.dataSource.query(
      `INSERT INTO change (account_id, seq, at, kind)
       SELECT account_id, seq + i * 10, at, 'contact.changed' FROM change, generate_series(1, 500) AS i`,
    );
    await book.dataSource.query("UPDATE change SET at = now() - interval '8 days' WHERE seq <= 4005");
    const stop = new AbortController();
    const running = new FeedPruner(new FeedPrunesRepository(book.dataSource), new Config()).run(stop.signal);
    let remaining: { seq: number }[] = [];
    do remaining = await book.feed();
    while (remaining[0]!.seq <= 4005);
    stop.abort();
    await running;
    expect(remaining[0]!.seq).toBe(4011);
    const [account] = await book.dataSource.query<{ pruned: string }[]>(
      'SELECT feed_pruned_to AS pruned FROM account',
    );
    expect(account?.pruned).toBe('4005');
  });
});
