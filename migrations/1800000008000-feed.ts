import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The change feed. Each account's numbers begin at the microsecond at which its feed began, so that a number of one account is
 * never taken for one of another that the same session is linked to later.
 */
export class Feed1800000008000 implements MigrationInterface {
  name = 'Feed1800000008000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE account ADD feed_start bigint NOT NULL DEFAULT 0, ADD feed_latest bigint NOT NULL DEFAULT 0,
        ADD feed_pruned_to bigint`);
    await queryRunner.query(`
      UPDATE account SET feed_start = start, feed_latest = start
      FROM (SELECT (extract(epoch FROM now()) * 1000000)::bigint AS start) now`);
    await queryRunner.query(`
      CREATE TABLE change (
        account_id int NOT NULL CONSTRAINT change_account REFERENCES account ON DELETE CASCADE,
        seq bigint NOT NULL,
        at timestamptz NOT NULL,
        kind text NOT NULL,
        contact_id bigint,
        jid text,
        lid text,
        fields text[],
        merged_into bigint,
        contact json,
        session json,
        CONSTRAINT change_pkey PRIMARY KEY (account_id, seq)
      )`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE change');
    await queryRunner.query('ALTER TABLE account DROP feed_start, DROP feed_latest, DROP feed_pruned_to');
  }
}
