import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What is wrong with a session while it works, and how far a collection can be trusted. */
export class Degradations1800000001000 implements MigrationInterface {
  name = 'Degradations1800000001000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE degradation (
        session text COLLATE "C" NOT NULL CONSTRAINT degradation_session REFERENCES session ON DELETE CASCADE,
        code text NOT NULL,
        message text NOT NULL,
        since timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT degradation_pkey PRIMARY KEY (session, code)
      );
      CREATE TABLE sync_key_request (
        session text COLLATE "C" NOT NULL CONSTRAINT sync_key_request_session REFERENCES session ON DELETE CASCADE,
        key_id text NOT NULL,
        asked_at timestamptz NOT NULL,
        CONSTRAINT sync_key_request_pkey PRIMARY KEY (session, key_id)
      );
      ALTER TABLE account ADD push_names_read boolean NOT NULL DEFAULT false;
      ALTER TABLE app_state_collection
        ADD is_rebuilding boolean NOT NULL DEFAULT false,
        ADD snapshot_failed_at timestamptz,
        ADD recovery_asked_at timestamptz,
        ADD recovery bytea;
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE account DROP push_names_read;
      ALTER TABLE app_state_collection DROP is_rebuilding, DROP snapshot_failed_at, DROP recovery_asked_at, DROP recovery;
      DROP TABLE sync_key_request, degradation;
    `);
  }
}
