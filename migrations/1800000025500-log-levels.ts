import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Log levels that replace the configured ones for a while, in all processes. */
export class LogLevels1800000025500 implements MigrationInterface {
  name = 'LogLevels1800000025500';
  oldestVersion = '0.2.0';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE log_level (
        session text COLLATE "C" NOT NULL,
        level text NOT NULL,
        expires_at timestamptz NOT NULL,
        CONSTRAINT log_level_pkey PRIMARY KEY (session)
      )`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE log_level');
  }
}
