import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Written since the beginning, and read by nobody. */
export class UnusedColumns1795000600000 implements MigrationInterface {
  name = 'UnusedColumns1795000600000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE session_state DROP COLUMN closing_code');
    await queryRunner.query('ALTER TABLE app_state_collection DROP COLUMN synced_at');
    await queryRunner.query('ALTER TABLE contact_picture DROP COLUMN url');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE contact_picture ADD COLUMN url text');
    await queryRunner.query(
      'ALTER TABLE app_state_collection ADD COLUMN synced_at timestamptz NOT NULL DEFAULT now()',
    );
    await queryRunner.query('ALTER TABLE session_state ADD COLUMN closing_code int');
  }
}
