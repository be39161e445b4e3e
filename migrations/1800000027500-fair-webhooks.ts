import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Adds the key that created a webhook, the headers of a webhook, and the changes that report stopped webhooks. */
export class FairWebhooks1800000027500 implements MigrationInterface {
  name = 'FairWebhooks1800000027500';
  oldestVersion = '0.2.0';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE webhook ADD key_id text, ADD headers text');
    await queryRunner.query('ALTER TABLE change ADD webhook json');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query("DELETE FROM change WHERE kind = 'webhook.stopped'");
    await queryRunner.query('ALTER TABLE change DROP webhook');
    await queryRunner.query('ALTER TABLE webhook DROP key_id, DROP headers');
  }
}
