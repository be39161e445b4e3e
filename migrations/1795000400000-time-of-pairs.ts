import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The phone's record of a number that has changed hands since must not take it back from its new owner. */
export class TimeOfPairs1795000400000 implements MigrationInterface {
  name = 'TimeOfPairs1795000400000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE contact ADD COLUMN paired_at timestamptz');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE contact DROP COLUMN paired_at');
  }
}
