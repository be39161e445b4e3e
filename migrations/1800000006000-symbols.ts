import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Finds names by characters that are neither letters nor digits. An index of trigrams knows nothing of these, so that a search for
 * `-` or for an emoji would read everybody.
 */
export class Symbols1800000006000 implements MigrationInterface {
  name = 'Symbols1800000006000';

  /** A database of locale C knows letters of ASCII only, so the function names a collation that knows all of them. */
  async up(queryRunner: QueryRunner): Promise<void> {
    const [{ collation }] = (await queryRunner.query(`
      SELECT coalesce((
        SELECT format('COLLATE pg_catalog.%I', collname) FROM pg_collation
        WHERE collname IN ('pg_c_utf8', 'und-x-icu', 'C.utf8', 'en_US.utf8')
          AND collnamespace = 'pg_catalog'::regnamespace AND collencoding IN (-1, 6)
        ORDER BY array_position(ARRAY['pg_c_utf8', 'und-x-icu', 'C.utf8', 'en_US.utf8'], collname::text)
        LIMIT 1), '') AS collation
    `)) as [{ collation: string }];
    await queryRunner.query(`
      CREATE FUNCTION symbols_of(name text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
      RETURN string_to_array(regexp_replace(name ${collation}, '[[:alnum:][:space:]]+', '', 'g'), NULL);
      CREATE INDEX contact_symbols ON contact USING gin (account_id, symbols_of(search_text))
        WHERE symbols_of(search_text) <> '{}';
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX contact_symbols; DROP FUNCTION symbols_of(text)');
  }
}
