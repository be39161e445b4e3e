import type { MigrationInterface, QueryRunner } from 'typeorm';

/** QR code, pairing code and passkey ceremony in the place of the QR code alone; commands fail for different reasons. */
export class LinkOffer1795000500000 implements MigrationInterface {
  name = 'LinkOffer1795000500000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE session_state DROP COLUMN qr, ADD COLUMN link_offer json');
    await queryRunner.query('ALTER TABLE session_command ADD COLUMN error_kind text');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE session_command DROP COLUMN error_kind');
    await queryRunner.query('ALTER TABLE session_state DROP COLUMN link_offer, ADD COLUMN qr text');
  }
}
