import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Whether a list has changed since a caller has read it. */
export class Revisions1800000005000 implements MigrationInterface {
  name = 'Revisions1800000005000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE account ADD revision bigint NOT NULL DEFAULT 0');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE account DROP revision');
  }
}
