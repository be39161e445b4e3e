import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Since when every secret is encrypted, and which session processes encrypt what they write. */
export class EncryptionComplete1800000015000 implements MigrationInterface {
  name = 'EncryptionComplete1800000015000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE encryption_key ADD complete_since timestamptz');
    await queryRunner.query('ALTER TABLE session_process ADD encrypts boolean NOT NULL DEFAULT false');
    // Commands of the previous version are not encrypted; their callers have given up or will try again.
    await queryRunner.query('DELETE FROM session_command WHERE expires_at < now()');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE session_process DROP encrypts');
    await queryRunner.query('ALTER TABLE encryption_key DROP complete_since');
  }
}
