-- Roles with just the rights that each process needs, for who does not want both to own the database. Run it as the owner of the
-- tables, after the first migration and again after each upgrade:
--
--   psql "$OWNER_URL" --file deploy/postgres/roles.sql
--   CREATE ROLE contacts_api LOGIN PASSWORD '…' IN ROLE whatsapp_contacts_api;
--   CREATE ROLE contacts_session LOGIN PASSWORD '…' IN ROLE whatsapp_contacts_session;
--
-- Migrations then need the owner: node dist/database/migrate.js with DATABASE_URL=$OWNER_URL, before the new version starts.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'whatsapp_contacts_api') THEN
    CREATE ROLE whatsapp_contacts_api NOLOGIN;
  END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'whatsapp_contacts_session') THEN
    CREATE ROLE whatsapp_contacts_session NOLOGIN;
  END IF;
END
$$;

GRANT USAGE ON SCHEMA public TO whatsapp_contacts_api, whatsapp_contacts_session;
GRANT SELECT ON migration TO whatsapp_contacts_api, whatsapp_contacts_session;
GRANT USAGE ON SEQUENCE session_fencing_token TO whatsapp_contacts_api, whatsapp_contacts_session;

-- The API reads the address books, and asks for things. It can read neither credentials nor Signal keys.
GRANT SELECT ON
  account, change, client_version, contact, contact_picture, degradation, former_lid, identity_key, session, session_process
TO whatsapp_contacts_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON
  api_key, rate_limit, refresh_request, session_command, webhook, webhook_attempt, webhook_cursor
TO whatsapp_contacts_api;
GRANT INSERT, DELETE ON session TO whatsapp_contacts_api;
-- Checked at startup against ENCRYPTION_KEY.
GRANT SELECT ON encryption_key TO whatsapp_contacts_api;
-- An account is locked before it is deleted.
GRANT UPDATE (linked_at), DELETE ON account TO whatsapp_contacts_api;
GRANT UPDATE (profile_requested_at) ON contact TO whatsapp_contacts_api;
GRANT UPDATE (last_used_at) ON contact_picture TO whatsapp_contacts_api;

-- The sessions write all but what belongs to the API.
GRANT SELECT, INSERT, UPDATE, DELETE ON
  account, app_state_collection, app_state_record, auth_credentials, auth_key, change, client_version, contact, contact_picture,
  degradation, encryption_key, former_lid, history_notification, identity_key, refresh_request, session, session_command,
  session_process, sync_key_request
TO whatsapp_contacts_session;
-- They encrypt the secrets of webhooks with a new key.
GRANT SELECT (id, secret, former_secret), UPDATE (secret, former_secret) ON webhook TO whatsapp_contacts_session;
-- The thread that runs them serves metrics, for which keys are checked.
GRANT SELECT ON api_key TO whatsapp_contacts_session;
