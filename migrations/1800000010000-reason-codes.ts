import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Why a session is as it is, for programs. */
export class ReasonCodes1800000010000 implements MigrationInterface {
  name = 'ReasonCodes1800000010000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE session ADD reason_code text');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE session DROP reason_code');
  }
}
