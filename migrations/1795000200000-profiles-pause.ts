import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Why profiles are not fetched at the moment, and until when. */
export class ProfilesPause1795000200000 implements MigrationInterface {
  name = 'ProfilesPause1795000200000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      'ALTER TABLE session_state ADD COLUMN profiles_paused text, ADD COLUMN profiles_resume_at timestamptz',
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      'ALTER TABLE session_state DROP COLUMN profiles_resume_at, DROP COLUMN profiles_paused',
    );
  }
}
