import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which version of WhatsApp Web sessions report, and the newest known one. */
export class ClientVersion1800000011000 implements MigrationInterface {
  name = 'ClientVersion1800000011000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE client_version (
        is_single boolean NOT NULL DEFAULT true,
        version integer[] NOT NULL,
        current_at timestamptz NOT NULL,
        fetched_at timestamptz,
        fetching_until timestamptz,
        CONSTRAINT client_version_pkey PRIMARY KEY (is_single),
        CONSTRAINT client_version_single CHECK (is_single)
      );
      ALTER TABLE session ADD client_version integer[], ADD client_expires_at timestamptz;
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE session DROP client_version, DROP client_expires_at;
      DROP TABLE client_version;
    `);
  }
}
