import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Why a command was refused, as a stable code beside the sentence. */
export class RefusalCodes1800000007000 implements MigrationInterface {
  name = 'RefusalCodes1800000007000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE session_command ADD error_code text');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE session_command DROP error_code');
  }
}
