import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Stores with each migration the oldest version of the service that can run on the resulting schema, so that this
 * version can be started again after an upgrade.
 */
export class OldestVersion1800000021000 implements MigrationInterface {
  name = 'OldestVersion1800000021000';
  oldestVersion = '0.2.0';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE migration ADD oldest_version text');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE migration DROP oldest_version');
  }
}
