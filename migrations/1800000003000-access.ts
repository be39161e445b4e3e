import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Keys to the API, the counts of requests that replicas share, and which keys encrypt secrets. */
export class Access1800000003000 implements MigrationInterface {
  name = 'Access1800000003000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE api_key (
        id text NOT NULL,
        name text NOT NULL,
        hash bytea NOT NULL,
        scopes text[] NOT NULL,
        sessions text[],
        requests_per_minute integer,
        expires_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        last_used_at timestamptz,
        CONSTRAINT api_key_pkey PRIMARY KEY (id)
      );
      CREATE TABLE encryption_key (
        id text NOT NULL,
        used_since timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT encryption_key_pkey PRIMARY KEY (id)
      );
      CREATE TABLE rate_limit (
        key varchar(255) NOT NULL,
        points integer NOT NULL DEFAULT 0,
        expire bigint,
        CONSTRAINT rate_limit_pkey PRIMARY KEY (key)
      );
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE rate_limit, encryption_key, api_key');
  }
}
