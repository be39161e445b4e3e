import type { MigrationInterface, QueryRunner } from 'typeorm';

const TABLES = ['contact', 'contact_picture', 'identity_key'];

/**
 * Records in each transaction whether it has written to the tables of contacts, so that the revision of an account, and with it the ETag of
 * its lists, follows what was written. Postgres' statistics, which were read before, stand still with `track_counts=off`.
 */
export class RevisedByWrites1800000018000 implements MigrationInterface {
  name = 'RevisedByWrites1800000018000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE FUNCTION note_contact_write() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF EXISTS (SELECT FROM written) THEN PERFORM set_config('contacts.written', 'true', true); END IF;
        RETURN NULL;
      END $$`);
    for (const table of TABLES) {
      for (const [event, rows] of [
        ['INSERT', 'NEW'],
        ['UPDATE', 'NEW'],
        ['DELETE', 'OLD'],
      ] as const) {
        await queryRunner.query(
          `CREATE TRIGGER ${table}_${event.toLowerCase()}_noted AFTER ${event} ON ${table}
           REFERENCING ${rows} TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION note_contact_write()`,
        );
      }
    }
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const table of TABLES) {
      for (const event of ['insert', 'update', 'delete']) {
        await queryRunner.query(`DROP TRIGGER ${table}_${event}_noted ON ${table}`);
      }
    }
    await queryRunner.query('DROP FUNCTION note_contact_write()');
  }
}
