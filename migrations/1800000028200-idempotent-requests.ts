import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Requests with an Idempotency-Key, and their responses. */
export class IdempotentRequests1800000028200 implements MigrationInterface {
  name = 'IdempotentRequests1800000028200';
  oldestVersion = '0.2.0';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE idempotent_request (
        id text COLLATE "C" NOT NULL,
        caller text COLLATE "C" NOT NULL,
        request_hash bytea NOT NULL,
        response text,
        created_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL,
        CONSTRAINT idempotent_request_pkey PRIMARY KEY (id)
      )`);
    await queryRunner.query('CREATE INDEX idempotent_request_caller ON idempotent_request (caller)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE idempotent_request');
  }
}
