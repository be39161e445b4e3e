import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Whether the process of a session fetches no profiles, so that requests to fetch one are refused. */
export class ProfilesOff1800000028000 implements MigrationInterface {
  name = 'ProfilesOff1800000028000';
  oldestVersion = '0.2.0';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE session ADD profiles_off boolean NOT NULL DEFAULT false');
    // Processes write the column only when the reason changes.
    await queryRunner.query(
      "UPDATE session SET profiles_off = true WHERE profiles_paused = 'DOWNLOADS_PER_MINUTE is 0.'",
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE session DROP profiles_off');
  }
}
