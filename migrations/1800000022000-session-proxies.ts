import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Adds the proxy of each session. */
export class SessionProxies1800000022000 implements MigrationInterface {
  name = 'SessionProxies1800000022000';
  oldestVersion = '0.2.0';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE session ADD proxy text');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE session DROP proxy');
  }
}
