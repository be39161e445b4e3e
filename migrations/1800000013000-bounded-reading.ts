import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Attempts are counted before they begin, recovery answers only once, and a snapshot is written beside the records of the one
 * before it.
 */
export class BoundedReading1800000013000 implements MigrationInterface {
  name = 'BoundedReading1800000013000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE history_notification ADD unfinished integer NOT NULL DEFAULT 0;
      ALTER TABLE app_state_collection
        ADD unfinished_reads integer NOT NULL DEFAULT 0,
        ADD read_began_at timestamptz,
        ADD recovery_answered_at timestamptz;
      ALTER TABLE app_state_record
        DROP CONSTRAINT app_state_record_pkey,
        ADD CONSTRAINT app_state_record_pkey PRIMARY KEY (account_id, collection, index_mac, generation);
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      DELETE FROM app_state_record r USING app_state_record newer
        WHERE newer.account_id = r.account_id AND newer.collection = r.collection
          AND newer.index_mac = r.index_mac AND newer.generation > r.generation;
      ALTER TABLE app_state_record
        DROP CONSTRAINT app_state_record_pkey,
        ADD CONSTRAINT app_state_record_pkey PRIMARY KEY (account_id, collection, index_mac);
      ALTER TABLE app_state_collection
        DROP unfinished_reads, DROP read_began_at, DROP recovery_answered_at;
      ALTER TABLE history_notification DROP unfinished;
    `);
  }
}
