import { afterAll, beforeAll, expect, it } from '@jest/globals';
import {
  createContactsService,
  ME,
  MY_LID,
  TestAddressBook,
} from '../../../test/support/test-address-book.js';
import type { Jid, Lid } from '../../kernel/identifiers/address.js';
import type { ContactChanges } from './contact-changes.js';

const OTHERS = 20_000;
const BATCH = 500;
const observedAt = new Date('2026-01-01T00:00:00Z');
const later = new Date('2026-01-02T00:00:00Z');
const jid = (n: number) => `${491_700_000_000 + n}@s.whatsapp.net` as Jid;
const lid = (n: number) => `${80_000_000_000 + n}@lid` as Lid;
const people = Array.from({ length: BATCH }, (_, n) => n);

const contacts = createContactsService();
let book: TestAddressBook;

/**
 * A new account in a database with other accounts. Postgres estimates that it has one contact until it analyzes the
 * table again, which requires changes to a tenth of its rows.
 */
beforeAll(async () => {
  book = await TestAddressBook.create();
  await book.clear();
  await book.dataSource.query(`
    WITH a AS (INSERT INTO account (jid, linked_at) VALUES ('1@s.whatsapp.net', now()) RETURNING id)
    INSERT INTO contact (account_id, jid, lid)
    SELECT id, i || '@s.whatsapp.net', i || '@lid' FROM a, generate_series(1, 100000) i`);
  await book.dataSource.query('ALTER TABLE contact SET (autovacuum_enabled = false)');
  await book.dataSource.query('ANALYZE contact');
  await book.dataSource.query(
    `INSERT INTO contact (account_id, jid, push_name)
     SELECT $1, (491800000000 + i) || '@s.whatsapp.net', 'P' FROM generate_series(1, ${OTHERS}) i`,
    [book.accountId],
  );
  await book.dataSource.query('SELECT pg_stat_force_next_flush()');
});

afterAll(() => book.drop());

/**
 * Returns how many rows of `contact` Postgres reads for the changes. Unlike the time, this number does not depend on
 * the load of the machine.
 */
async function rowsRead(changes: ContactChanges): Promise<number> {
  const before = await rowsSoFar();
  await book.dataSource.transaction(async (tx) => {
    await contacts.apply(tx, { accountId: book.accountId, jid: ME, lid: MY_LID }, changes);
    await tx.query('SELECT pg_stat_force_next_flush()');
  });
  return (await rowsSoFar()) - before;
}

async function rowsSoFar(): Promise<number> {
  const [{ rows }] = await book.dataSource.query<[{ rows: string }]>(
    `SELECT seq_tup_read + idx_tup_fetch AS rows FROM pg_stat_user_tables WHERE relname = 'contact'`,
  );
  return Number(rows);
}

it.each<[string, ContactChanges]>([
  [
    'of new contacts',
    {
      mappings: people.map((n) => ({ jid: jid(n), lid: lid(n), observedAt })),
      pushNames: people.map((n) => ({ address: jid(n), name: `Name ${n}`, observedAt })),
      usernames: people.map((n) => ({ address: jid(n), name: `name.${n}`, observedAt })),
    },
  ],
  [
    'whose LIDs belong to others',
    {
      mappings: people.map((n) => ({ jid: jid(n), lid: lid((n + 1) % BATCH), observedAt: later })),
    },
  ],
])('finds the contacts of a batch %s without comparing them with all others', async (_, changes) => {
  const rows = await rowsRead(changes);
  expect(rows).toBeLessThan(50 * OTHERS);
});
