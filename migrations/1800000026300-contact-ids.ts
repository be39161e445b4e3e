import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Makes the IDs of contacts unique across accounts and deployments, with a random prefix for each account. Records
 * which contacts were merged.
 */
export class ContactIds1800000026300 implements MigrationInterface {
  name = 'ContactIds1800000026300';
  oldestVersion = '0.2.0';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE account ADD contact_id_prefix text NOT NULL
        DEFAULT 'c' || left(replace(gen_random_uuid()::text, '-', ''), 12) || '-'`);
    await queryRunner.query(`
      CREATE TABLE merged_contact (
        account_id integer NOT NULL CONSTRAINT merged_contact_account REFERENCES account ON DELETE CASCADE,
        id bigint NOT NULL,
        merged_into bigint NOT NULL,
        CONSTRAINT merged_contact_pkey PRIMARY KEY (account_id, id)
      )`);
    // The feed contains the merges of the last days.
    await queryRunner.query(`
      INSERT INTO merged_contact (account_id, id, merged_into)
      SELECT account_id, contact_id, merged_into FROM change WHERE merged_into IS NOT NULL
      ON CONFLICT DO NOTHING`);
    // Makes consumers read the list again, because their copies have the previous IDs.
    await queryRunner.query(`
      WITH numbered AS (
        UPDATE account SET feed_latest = feed_latest + 1 WHERE synced_at IS NOT NULL RETURNING id, feed_latest
      )
      INSERT INTO change (account_id, seq, at, kind) SELECT id, feed_latest, now(), 'sync.completed' FROM numbered`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE merged_contact');
    await queryRunner.query('ALTER TABLE account DROP contact_id_prefix');
  }
}
