import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Answers of WhatsApp about numbers that are not contacts, and the daily quota of each account. */
export class NumberChecks1800000029000 implements MigrationInterface {
  name = 'NumberChecks1800000029000';
  oldestVersion = '0.2.0';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE number_check (
        account_id int NOT NULL,
        phone text COLLATE "C" NOT NULL,
        on_whatsapp boolean,
        jid text,
        lid text,
        checked_at timestamptz NOT NULL,
        CONSTRAINT number_check_pkey PRIMARY KEY (account_id, phone),
        CONSTRAINT number_check_account FOREIGN KEY (account_id) REFERENCES account (id) ON DELETE CASCADE
      )`);
    await queryRunner.query('CREATE INDEX number_check_age ON number_check (account_id, checked_at)');
    await queryRunner.query(`
      CREATE TABLE number_check_quota (
        account_id int NOT NULL,
        day date NOT NULL,
        used int NOT NULL,
        stopped_until timestamptz,
        stop_reason text,
        CONSTRAINT number_check_quota_pkey PRIMARY KEY (account_id),
        CONSTRAINT number_check_quota_account FOREIGN KEY (account_id) REFERENCES account (id) ON DELETE CASCADE
      )`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE number_check_quota');
    await queryRunner.query('DROP TABLE number_check');
  }
}
