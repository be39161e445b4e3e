import type { MigrationInterface, QueryRunner } from 'typeorm';

/** LIDs that people had before: what is still told of one of them is about who has another now. */
export class FormerLids1800000004000 implements MigrationInterface {
  name = 'FormerLids1800000004000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE former_lid (
        account_id integer NOT NULL CONSTRAINT former_lid_account REFERENCES account ON DELETE CASCADE,
        lid text COLLATE "C" NOT NULL,
        current_lid text COLLATE "C" NOT NULL,
        changed_at timestamptz NOT NULL,
        CONSTRAINT former_lid_pkey PRIMARY KEY (account_id, lid)
      )
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE former_lid');
  }
}
