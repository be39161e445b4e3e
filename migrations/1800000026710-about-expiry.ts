import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Finds the about that expired last, which decides the ETag of lists. Few contacts have an about that expires. */
export class AboutExpiry1800000026710 implements MigrationInterface {
  name = 'AboutExpiry1800000026710';
  oldestVersion = '0.2.0';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE INDEX contact_about_expiry ON contact (account_id, text_status_expires_at)
        WHERE text_status_expires_at IS NOT NULL`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX contact_about_expiry');
  }
}
