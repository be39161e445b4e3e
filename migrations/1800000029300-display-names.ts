import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Stores the names that users give to accounts, and since when changes of a phone do not arrive. */
export class DisplayNames1800000029300 implements MigrationInterface {
  name = 'DisplayNames1800000029300';
  oldestVersion = '0.2.0';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE session ADD display_name text, ADD offline_since timestamptz');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE session DROP display_name, DROP offline_since');
  }
}
