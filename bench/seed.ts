import pg from 'pg';

/** Fills a migrated, empty database with one linked account and its contacts. The number of contact i is 4917 and 8 digits. */
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

/** Returns SQL that inserts contacts with names in many scripts into account 1, with a best and a worst case per search. */
export function peopleOfAllKinds(count: number): string {
  return `
  INSERT INTO contact (account_id, jid, lid, saved, full_name, first_name, push_name, push_name_at)
  SELECT 1, (491700000000 + i) || '@s.whatsapp.net', (200000000000000 + i) || '@lid', true,
    first || ' ' || last, first, CASE WHEN i % 3 = 0 THEN lower(first) || i END, now()
  FROM (
    SELECT i,
      (ARRAY['Anna','Ben','Çelik','Dörte','Émile','Fatima','Иван','李','Zoë','Olivia'])[1 + i * 7919::bigint / 13 % 10] AS first,
      (ARRAY['Adler','Ångström','Becker','Иванов','小龍','Müller','Nguyễn','O''Hara'])[1 + i * 104729::bigint / 7 % 8]
        || substr(md5(i::text), 1, 4) AS last
    FROM generate_series(1, ${count}) i
  ) people;
  UPDATE contact SET full_name = 'Lastly Lee' WHERE id > ${count * 0.98};
  UPDATE contact SET full_name = 'Finally Lee' WHERE id > ${count * 0.997};
  UPDATE contact SET full_name = 'Kx77 Unique' WHERE jid = '491700050000@s.whatsapp.net';
  UPDATE contact SET full_name = 'Anna-Lena - Kx' WHERE id % 1000 = 7;
  UPDATE contact SET full_name = '李小龍' WHERE jid = '491700050001@s.whatsapp.net';`;
}
