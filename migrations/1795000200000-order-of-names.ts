import type { MigrationInterface, QueryRunner } from 'typeorm';

const SHOWN_NAME =
  'coalesce(full_name, first_name, lid_full_name, lid_first_name, push_name, business_name, jid)';

const HAS_NAME =
  'num_nonnulls(push_name, full_name, first_name, lid_full_name, lid_first_name, business_name) > 0';

/** Names of ideographs stood before all others in the order of names, for search_key() puts a blank before each. */
export class OrderOfNames1795000200000 implements MigrationInterface {
  name = 'OrderOfNames1795000200000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await replaceSortName(queryRunner, `left(ltrim(search_key(left(${SHOWN_NAME}, 200))), 200)`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await replaceSortName(queryRunner, `left(search_key(left(${SHOWN_NAME}, 200)), 200)`);
  }
}

/** The index goes with the column, and comes with it. */
async function replaceSortName(queryRunner: QueryRunner, expression: string): Promise<void> {
  await queryRunner.query(`
    ALTER TABLE contact DROP sort_name;
    ALTER TABLE contact ADD sort_name text COLLATE "C" GENERATED ALWAYS AS (${expression}) STORED;
    CREATE INDEX contact_sort_name ON contact (account_id, sort_name, jid) WHERE jid IS NOT NULL AND ${HAS_NAME};
  `);
}
