import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Fields of the contacts that a webhook sends. Null: all. */
export class WebhookFields1800000026700 implements MigrationInterface {
  name = 'WebhookFields1800000026700';
  oldestVersion = '0.2.0';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE webhook ADD COLUMN fields text[]');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE webhook DROP COLUMN fields');
  }
}
