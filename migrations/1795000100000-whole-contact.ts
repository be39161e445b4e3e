import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Every name that a person can be searched by, and his number. */
const SEARCHED = [
  'full_name',
  'first_name',
  'lid_full_name',
  'lid_first_name',
  'push_name',
  'business_name',
  `split_part(jid, '@', 1)`,
];

const SEARCH_TEXT = SEARCHED.map((text) => `coalesce(search_key(${text}), '')`).join(
  ` || chr(10) || ' ' || `,
);

/** As the API shows it: the saved name, else the one that he chose, else his business, else the number. */
const SHOWN_NAME =
  'coalesce(full_name, first_name, lid_full_name, lid_first_name, push_name, business_name, jid)';

const HAS_NAME =
  'num_nonnulls(push_name, full_name, first_name, lid_full_name, lid_first_name, business_name) > 0';

/** About text, picture, identity keys and business flag; moved numbers; the download queue; search. */
export class WholeContact1795000100000 implements MigrationInterface {
  name = 'WholeContact1795000100000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await createTrigramExtension(queryRunner);
    await createSearchKey(queryRunner);
    await extendContact(queryRunner);
    await createTables(queryRunner);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      DROP TABLE refresh_request, identity_key, contact_picture;
      ALTER TABLE contact
        DROP search_text, DROP sort_name, DROP about, DROP about_set_at, DROP about_state, DROP is_business,
        DROP moved_to, DROP moved_from,
        DROP profile_fetched_at, DROP profile_attempted_at, DROP profile_requested_at;
      ALTER TABLE account DROP identity_key;
      DROP FUNCTION search_key(text);
    `);
  }
}

/** The extension comes with Postgres; it is a trusted one, so that CREATE on the database is enough. */
async function createTrigramExtension(queryRunner: QueryRunner): Promise<void> {
  const refused = (await queryRunner.query(`
    SELECT NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_trgm')
      AND NOT (has_database_privilege(current_database(), 'CREATE')
               AND EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pg_trgm')) AS refused
  `)) as [{ refused: boolean }];
  if (refused[0].refused) {
    throw new Error(
      'the extension pg_trgm, which the search needs, is missing and may not be created by this user: ' +
        'install the contrib modules of Postgres where they are lacking, and run CREATE EXTENSION pg_trgm as its administrator',
    );
  }
  await queryRunner.query('CREATE EXTENSION IF NOT EXISTS pg_trgm');
}

/**
 * What is compared in a search: lower case, without accents, each ideograph a word of its own (Chinese and Japanese
 * names have one to four of them, and an index of trigrams finds whole words and beginnings, however short).
 *
 * A database of locale C knows lower case of ASCII only, so the function names a collation that knows all of it.
 */
async function createSearchKey(queryRunner: QueryRunner): Promise<void> {
  const [{ collation }] = (await queryRunner.query(`
    SELECT coalesce((
      SELECT format('COLLATE pg_catalog.%I', collname) FROM pg_collation
      WHERE collname IN ('pg_c_utf8', 'und-x-icu', 'C.utf8', 'en_US.utf8')
        AND collnamespace = 'pg_catalog'::regnamespace AND collencoding IN (-1, 6)
      ORDER BY array_position(ARRAY['pg_c_utf8', 'und-x-icu', 'C.utf8', 'en_US.utf8'], collname::text)
      LIMIT 1), '') AS collation
  `)) as [{ collation: string }];
  await queryRunner.query(`
    CREATE FUNCTION search_key(name text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN regexp_replace(
      translate(
        lower(regexp_replace(normalize(name, NFKD), '[\\u0300-\\u036F]', '', 'g') ${collation}),
        'øłđħı', 'oldhi'),
      '([\\u2E80-\\u2FDF\\u3400-\\u9FFF\\uF900-\\uFAFF])', ' \\1', 'g')
  `);
}

async function extendContact(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(`
    ALTER TABLE account ADD identity_key bytea;

    ALTER TABLE contact
      ADD about text,
      ADD about_set_at timestamptz,
      ADD about_state text,
      ADD is_business boolean,
      ADD moved_to text COLLATE "C",
      ADD moved_from text COLLATE "C",
      ADD profile_fetched_at timestamptz,
      ADD profile_attempted_at timestamptz,
      ADD profile_requested_at timestamptz,
      ADD search_text text GENERATED ALWAYS AS (' ' || ${SEARCH_TEXT}) STORED,
      ADD sort_name text COLLATE "C" GENERATED ALWAYS AS (left(search_key(left(${SHOWN_NAME}, 200)), 200)) STORED,
      ADD CONSTRAINT contact_about_state CHECK (
        (about_state IS NULL OR about_state IN ('known', 'hidden'))
        AND (about IS NOT NULL) = (about_state IS NOT DISTINCT FROM 'known'));

    CREATE INDEX contact_search ON contact USING gin (search_text gin_trgm_ops);
    CREATE INDEX contact_sort_name ON contact (account_id, sort_name, jid) WHERE jid IS NOT NULL AND ${HAS_NAME};
    CREATE INDEX contact_profile_due ON contact (account_id, profile_fetched_at NULLS FIRST, id DESC)
      WHERE ${HAS_NAME};
    CREATE INDEX contact_profile_requested ON contact (account_id, profile_requested_at)
      WHERE profile_requested_at IS NOT NULL;
  `);
}

async function createTables(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(`
    CREATE TABLE contact_picture (
      contact_id bigint NOT NULL PRIMARY KEY
        CONSTRAINT contact_picture_contact REFERENCES contact ON DELETE CASCADE,
      state text NOT NULL CONSTRAINT contact_picture_state
        CHECK (state IN ('present', 'none', 'hidden', 'changed')),
      picture_id text,
      bytes bytea,
      content_type text,
      url text,
      size_bytes int,
      updated_at timestamptz NOT NULL DEFAULT now(),
      last_used_at timestamptz NOT NULL DEFAULT now()
    );
    -- Pictures are compressed already.
    ALTER TABLE contact_picture ALTER bytes SET STORAGE EXTERNAL;
    CREATE INDEX contact_picture_use ON contact_picture (last_used_at, size_bytes) WHERE size_bytes IS NOT NULL;

    CREATE TABLE identity_key (
      id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
      contact_id bigint NOT NULL CONSTRAINT identity_key_contact REFERENCES contact ON DELETE CASCADE,
      key bytea NOT NULL CONSTRAINT identity_key_size CHECK (octet_length(key) = 32),
      first_seen_at timestamptz NOT NULL,
      last_seen_at timestamptz NOT NULL,
      is_current boolean NOT NULL,
      CONSTRAINT identity_key_once UNIQUE (contact_id, key)
    );
    CREATE UNIQUE INDEX identity_key_current ON identity_key (contact_id) WHERE is_current;

    CREATE TABLE refresh_request (
      contact_id bigint NOT NULL PRIMARY KEY
        CONSTRAINT refresh_request_contact REFERENCES contact ON DELETE CASCADE,
      asked_at timestamptz NOT NULL
    );
    CREATE INDEX refresh_request_asked ON refresh_request (asked_at);
  `);
}
