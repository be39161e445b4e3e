import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Tickets that replace a key in the URL of one stream, for the EventSource of browsers. */
export class StreamTickets1800000028100 implements MigrationInterface {
  name = 'StreamTickets1800000028100';
  oldestVersion = '0.2.0';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE stream_ticket (
        hash bytea NOT NULL,
        key_id text,
        session text NOT NULL,
        expires_at timestamptz NOT NULL,
        CONSTRAINT stream_ticket_pkey PRIMARY KEY (hash)
      )`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE stream_ticket');
  }
}
