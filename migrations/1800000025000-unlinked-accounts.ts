import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Stores when and why an account was unlinked, so that it can be reported until it is linked again. */
export class UnlinkedAccounts1800000025000 implements MigrationInterface {
  name = 'UnlinkedAccounts1800000025000';
  oldestVersion = '0.2.0';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE session ADD unlinked_code text, ADD unlinked_at timestamptz');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE session DROP unlinked_code, DROP unlinked_at');
  }
}
