-- Creates a database role for each process role, with the privileges that it needs. Run this file as the owner of the
-- tables, after the first migration and again after each upgrade. The owner needs CREATEROLE.
--
--   psql "$OWNER_URL" --file deploy/postgres/roles.sql
--   CREATE ROLE contacts_api LOGIN PASSWORD '…' IN ROLE whatsapp_contacts_api;
--   CREATE ROLE contacts_session LOGIN PASSWORD '…' IN ROLE whatsapp_contacts_session;
--
-- With DATABASE_SCHEMA, run PGOPTIONS='-c search_path=SCHEMA' psql …
--
-- These roles cannot migrate the database. Before a new version starts, run node dist/database/migrate.js with
-- DATABASE_URL=$OWNER_URL.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'whatsapp_contacts_api') THEN
    CREATE ROLE whatsapp_contacts_api NOLOGIN;
  END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'whatsapp_contacts_session') THEN
    CREATE ROLE whatsapp_contacts_session NOLOGIN;
  END IF;
  EXECUTE format(
    'GRANT USAGE ON SCHEMA %I TO whatsapp_contacts_api, whatsapp_contacts_session', current_schema());
END
$$;

GRANT SELECT ON migration TO whatsapp_contacts_api, whatsapp_contacts_session;
GRANT USAGE ON SEQUENCE session_fencing_token TO whatsapp_contacts_api, whatsapp_contacts_session;

-- The API reads the address books and adds requests to the session processes. It cannot read credentials or Signal
-- keys.
GRANT SELECT ON
  account, change, client_version, contact, contact_picture, degradation, former_lid, identity_key, merged_contact,
  number_check, number_check_quota, session, session_process
TO whatsapp_contacts_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON
  api_key, idempotent_request, log_level, rate_limit, refresh_request, session_command, stream_ticket, webhook,
  webhook_attempt, webhook_cursor
TO whatsapp_contacts_api;
GRANT INSERT, DELETE, UPDATE (proxy) ON session TO whatsapp_contacts_api;
-- Compared with ENCRYPTION_KEY at startup.
GRANT SELECT ON encryption_key TO whatsapp_contacts_api;
GRANT DELETE ON account TO whatsapp_contacts_api;
-- The API adds webhook.stopped to the feed.
GRANT UPDATE (feed_latest) ON account TO whatsapp_contacts_api;
GRANT INSERT ON change TO whatsapp_contacts_api;
GRANT UPDATE (profile_requested_at) ON contact TO whatsapp_contacts_api;
GRANT UPDATE (last_used_at) ON contact_picture TO whatsapp_contacts_api;

-- Session processes write all tables except those of the API.
GRANT SELECT, INSERT, UPDATE, DELETE ON
  account, app_state_collection, app_state_record, auth_credentials, auth_key, change, client_version, contact, contact_picture,
  degradation, encryption_key, former_lid, history_notification, identity_key, merged_contact, number_check,
  number_check_quota, refresh_request, session, session_command, session_process, sync_key_request
TO whatsapp_contacts_session;
-- Session processes re-encrypt the secrets of webhooks and stored responses when the key changes.
GRANT SELECT (id, secret, former_secret, headers), UPDATE (secret, former_secret, headers) ON webhook
TO whatsapp_contacts_session;
GRANT SELECT (id, response), UPDATE (response) ON idempotent_request TO whatsapp_contacts_session;
GRANT SELECT ON log_level TO whatsapp_contacts_session;
-- Session processes check the API keys of requests for metrics.
GRANT SELECT ON api_key TO whatsapp_contacts_session;
