import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * An account belongs to at most one session: the one that it was linked through last. Keys have access only to sessions
 * that exist, so that they cannot access a later session of the same name.
 */
export class OneSessionPerAccount1800000027000 implements MigrationInterface {
  name = 'OneSessionPerAccount1800000027000';
  oldestVersion = '0.2.0';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      UPDATE session SET account_id = NULL, unlinked_code = NULL, unlinked_at = NULL
      WHERE account_id IS NOT NULL AND name NOT IN (
        SELECT DISTINCT ON (account_id) name FROM session WHERE account_id IS NOT NULL
        ORDER BY account_id, is_linked DESC, unlinked_at DESC NULLS LAST, name)`);
    await queryRunner.query('DROP INDEX session_linked_account');
    await queryRunner.query(
      'CREATE UNIQUE INDEX session_with_account ON session (account_id) WHERE account_id IS NOT NULL',
    );
    await queryRunner.query(`
      DELETE FROM api_key k WHERE k.sessions IS NOT NULL
        AND NOT EXISTS (SELECT FROM session s WHERE s.name = ANY (k.sessions))`);
    await queryRunner.query(`
      UPDATE api_key k SET sessions = ARRAY(
        SELECT n.name FROM unnest(k.sessions) WITH ORDINALITY AS n (name, place)
        WHERE EXISTS (SELECT FROM session s WHERE s.name = n.name) ORDER BY n.place)
      WHERE EXISTS (
        SELECT FROM unnest(k.sessions) AS n (name) WHERE NOT EXISTS (SELECT FROM session s WHERE s.name = n.name))`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX session_with_account');
    await queryRunner.query(
      'CREATE UNIQUE INDEX session_linked_account ON session (account_id) WHERE is_linked',
    );
  }
}
