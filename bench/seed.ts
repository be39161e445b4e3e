import pg from 'pg';

/** Fills a migrated, empty database with one linked account and that many contacts; number i is 4917 and 8 digits. */
export async function seedContacts(databaseUrl: string, count: number): Promise<void> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  await client.query(
    `INSERT INTO account (jid, linked_at, synced_at) VALUES ('4915100000001@s.whatsapp.net', now(), now())`,
  );
  await client.query('UPDATE session SET account_id = (SELECT id FROM account), is_linked = true');
  await client.query(
    `INSERT INTO contact (account_id, jid, lid, saved, full_name, first_name, push_name, push_name_at)
     SELECT a.id, 4917 || lpad(i::text, 8, '0') || '@s.whatsapp.net', 500000000000000 + i || '@lid', true,
       'Person "' || i || '" \\ Family', 'Person ' || i, 'push ' || i, now()
     FROM account a, generate_series(0, $1::int - 1) i`,
    [count],
  );
  await client.query('VACUUM ANALYZE contact');
  await client.end();
}
