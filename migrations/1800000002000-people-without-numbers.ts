import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Every name that a person can be searched by, and their number. */
const SEARCHED = [
  'full_name',
  'first_name',
  'lid_full_name',
  'lid_first_name',
  'push_name',
  'business_name',
  'username',
  `split_part(jid, '@', 1)`,
];

const SEARCH_TEXT = SEARCHED.map((text) => `coalesce(search_key(${text}), '')`).join(
  ` || chr(10) || ' ' || `,
);

/** As the API shows it: the saved name, else the push name, else the business name, else the user name. */
const SHOWN_NAME =
  'coalesce(full_name, first_name, lid_full_name, lid_first_name, push_name, business_name, username, jid, lid)';

const HAS_NAME =
  'num_nonnulls(push_name, full_name, first_name, lid_full_name, lid_first_name, business_name, username) > 0';

/** People are listed, sorted and found whether or not their number is known; user names; the new form of the about. */
export class PeopleWithoutNumbers1800000002000 implements MigrationInterface {
  name = 'PeopleWithoutNumbers1800000002000';

  /** One ALTER, so that the table is rewritten once. */
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      DROP INDEX contact_profile_due;
      ALTER TABLE contact DROP search_text, DROP sort_name;
      ALTER TABLE contact
        ADD username text,
        ADD username_at timestamptz,
        ADD text_status text,
        ADD text_status_emoji text,
        ADD text_status_set_at timestamptz,
        ADD text_status_expires_at timestamptz,
        ADD search_text text GENERATED ALWAYS AS (' ' || ${SEARCH_TEXT}) STORED,
        ADD sort_name text COLLATE "C"
          GENERATED ALWAYS AS (left(ltrim(search_key(left(${SHOWN_NAME}, 200))), 200)) STORED;
      CREATE INDEX contact_search ON contact USING gin (account_id, search_text gin_trgm_ops);
      CREATE INDEX contact_address ON contact (account_id, (coalesce(jid, lid))) WHERE ${HAS_NAME};
      CREATE INDEX contact_sort_name ON contact (account_id, sort_name, (coalesce(jid, lid))) WHERE ${HAS_NAME};
      CREATE INDEX contact_username ON contact (account_id, (lower(username))) WHERE username IS NOT NULL;
      CREATE INDEX contact_profile_due ON contact (account_id, profile_fetched_at NULLS FIRST, id DESC)
        WHERE ${HAS_NAME};
      ALTER TABLE history_notification
        ADD message_id text,
        ADD upload_asked_at timestamptz;
      ALTER TABLE contact_picture ADD asked_at timestamptz;
      CREATE INDEX contact_picture_wanted ON contact_picture (account_id, asked_at NULLS FIRST, contact_id DESC)
        WHERE state = 'changed';
      ALTER TABLE session ADD profiles_batch_at timestamptz;
      ALTER TABLE degradation ADD expires_at timestamptz;
    `);
  }

  /** Back to the schema before; user names and the new form of the about are lost, and fetched again after the next update. */
  async down(queryRunner: QueryRunner): Promise<void> {
    const searched = SEARCHED.filter((text) => text !== 'username')
      .map((text) => `coalesce(search_key(${text}), '')`)
      .join(` || chr(10) || ' ' || `);
    const shown = SHOWN_NAME.replace(' username, jid, lid)', ' jid)');
    const hasName = HAS_NAME.replace(', username)', ')');
    await queryRunner.query(`
      DROP INDEX contact_profile_due;
      ALTER TABLE contact DROP search_text, DROP sort_name;
      ALTER TABLE contact
        DROP username,
        DROP username_at,
        DROP text_status,
        DROP text_status_emoji,
        DROP text_status_set_at,
        DROP text_status_expires_at,
        ADD search_text text GENERATED ALWAYS AS (' ' || ${searched}) STORED,
        ADD sort_name text COLLATE "C"
          GENERATED ALWAYS AS (left(ltrim(search_key(left(${shown}, 200))), 200)) STORED;
      CREATE INDEX contact_search ON contact USING gin (account_id, search_text gin_trgm_ops);
      CREATE INDEX contact_sort_name ON contact (account_id, sort_name, jid) WHERE jid IS NOT NULL AND ${hasName};
      CREATE INDEX contact_profile_due ON contact (account_id, profile_fetched_at NULLS FIRST, id DESC)
        WHERE ${hasName};
      ALTER TABLE history_notification DROP message_id, DROP upload_asked_at;
      ALTER TABLE contact_picture DROP asked_at;
      ALTER TABLE session DROP profiles_batch_at;
      ALTER TABLE degradation DROP expires_at;
    `);
  }
}
