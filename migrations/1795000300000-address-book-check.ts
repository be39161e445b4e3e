import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When an address book was last compared with the server's, and how often that found something to repair. */
export class AddressBookCheck1795000300000 implements MigrationInterface {
  name = 'AddressBookCheck1795000300000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE account
        ADD COLUMN checked_at timestamptz,
        ADD COLUMN check_due boolean NOT NULL DEFAULT false,
        ADD COLUMN repaired int NOT NULL DEFAULT 0
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      'ALTER TABLE account DROP COLUMN checked_at, DROP COLUMN check_due, DROP COLUMN repaired',
    );
  }
}
