import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Deletes Signal sessions, sender keys and identity keys of other accounts, which decrypted their messages. Those of the account's own
 * devices remain. With DECRYPT_MESSAGES, sessions are opened again as messages arrive.
 */
export class MessagesStayEncrypted1800000017000 implements MigrationInterface {
  name = 'MessagesStayEncrypted1800000017000';

  async up(queryRunner: QueryRunner): Promise<void> {
    // A Signal address is `<user>[_<domain>].<device>`.
    await queryRunner.query(`
      DELETE FROM auth_key k USING session s LEFT JOIN account a ON a.id = s.account_id
      WHERE k.session = s.name AND (
        k.type IN ('sender-key', 'sender-key-memory')
        OR k.type IN ('session', 'identity-key') AND split_part(split_part(k.id, '.', 1), '_', 1) NOT IN (
          coalesce(split_part(a.jid, '@', 1), ''), coalesce(split_part(a.lid, '@', 1), '')
        )
      )`);
  }

  async down(): Promise<void> {
    // Deleted sessions need not be restored: senders open new ones.
  }
}
