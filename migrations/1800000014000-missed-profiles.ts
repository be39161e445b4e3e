import type { MigrationInterface, QueryRunner } from 'typeorm';

const HAS_NAME =
  'num_nonnulls(push_name, full_name, first_name, lid_full_name, lid_first_name, business_name, username) > 0';

/** Contacts whom WhatsApp leaves out of an answer have not been fetched, and must not be requested before all others. */
export class MissedProfiles1800000014000 implements MigrationInterface {
  name = 'MissedProfiles1800000014000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE contact ADD profile_missed_at timestamptz;
      DROP INDEX contact_profile_due;
      CREATE INDEX contact_profile_due ON contact (account_id, profile_fetched_at NULLS FIRST, id DESC)
        WHERE ${HAS_NAME} AND profile_missed_at IS NULL;
      CREATE INDEX contact_profile_missed ON contact (account_id, profile_missed_at)
        WHERE profile_missed_at IS NOT NULL;
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      DROP INDEX contact_profile_due;
      ALTER TABLE contact DROP profile_missed_at;
      CREATE INDEX contact_profile_due ON contact (account_id, profile_fetched_at NULLS FIRST, id DESC)
        WHERE ${HAS_NAME};
    `);
  }
}
