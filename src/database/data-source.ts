import { DataSource, type DataSourceOptions } from 'typeorm';
import { ApiKey } from '../access/api-key.entity.js';
import { RateLimit } from '../access/rate-limit.entity.js';
import { Account } from '../accounts/account.entity.js';
import { Change } from '../feed/change.entity.js';
import { ClientVersionRecord } from '../sessions/client-version.entity.js';
import { Degradation } from '../sessions/degradation.entity.js';
import { SessionCommand } from '../sessions/session-command.entity.js';
import { SessionProcess } from '../sessions/session-process.entity.js';
import { Session } from '../sessions/session.entity.js';
import { EncryptionKey } from '../secrets/encryption-key.entity.js';
import { ContactPicture } from '../contacts/entities/contact-picture.entity.js';
import { Contact } from '../contacts/entities/contact.entity.js';
import { FormerLid } from '../contacts/entities/former-lid.entity.js';
import { IdentityKey } from '../contacts/entities/identity-key.entity.js';
import { RefreshRequest } from '../contacts/entities/refresh-request.entity.js';
import { WebhookAttempt } from '../webhooks/webhook-attempt.entity.js';
import { WebhookCursor } from '../webhooks/webhook-cursor.entity.js';
import { Webhook } from '../webhooks/webhook.entity.js';
import { AuthCredentials } from '../whatsapp/auth-state/auth-credentials.entity.js';
import { AuthKey } from '../whatsapp/auth-state/auth-key.entity.js';
import { AppStateCollection } from '../whatsapp/app-state/app-state-collection.entity.js';
import { AppStateRecord } from '../whatsapp/app-state/app-state-record.entity.js';
import { SyncKeyRequest } from '../whatsapp/app-state/sync-key-request.entity.js';
import { HistoryNotification } from '../whatsapp/history/history-notification.entity.js';
import { applicationName } from './application-name.js';
import { PostgresClient } from './postgres-client.js';

/** Every table of the service; the migrations are held against this list by `npm run migration:drift`. */
export const ENTITIES = [
  Account,
  ApiKey,
  AppStateCollection,
  AppStateRecord,
  AuthCredentials,
  AuthKey,
  Change,
  ClientVersionRecord,
  Contact,
  ContactPicture,
  Degradation,
  EncryptionKey,
  FormerLid,
  HistoryNotification,
  IdentityKey,
  RateLimit,
  RefreshRequest,
  Session,
  SessionCommand,
  SessionProcess,
  SyncKeyRequest,
  Webhook,
  WebhookAttempt,
  WebhookCursor,
];

export interface ConnectionOptions {
  /** What Postgres shows the connections as. */
  application?: string;
  maxConnections?: number;
  /** How long work waits for a free connection. */
  connectTimeoutMs?: number;
  /** How long a caller waits for the answer to one statement; undefined: for ever. */
  queryTimeoutMs?: number;
}

/**
 * Options of the one data source, for the API, the session and the migrations.
 *
 * `synchronize` is off for good: the schema changes by the migrations alone. The migrations are found only in the
 * built service (`dist/migrations`).
 */
export function dataSourceOptions(
  url: string,
  {
    application = 'whatsapp-contacts',
    maxConnections = 10,
    connectTimeoutMs = 5_000,
    queryTimeoutMs,
  }: ConnectionOptions = {},
): DataSourceOptions {
  return {
    type: 'postgres',
    url,
    entities: ENTITIES,
    synchronize: false,
    migrationsTableName: 'migration',
    logging: false,
    connectTimeoutMS: connectTimeoutMs,
    poolSize: maxConnections,
    extra: {
      idleTimeoutMillis: 30_000,
      keepAlive: true,
      ...(queryTimeoutMs && { query_timeout: queryTimeoutMs }),
      application_name: application,
      Client: PostgresClient,
    },
  };
}

/** A data source for what runs outside of Nest: migrations and their check. */
export function migrationDataSource(url: string): DataSource {
  const migrations = [`${import.meta.dirname}/../migrations/*.js`];
  return new DataSource({
    ...dataSourceOptions(url, { application: applicationName('any', 'migrations'), maxConnections: 3 }),
    migrations,
  });
}
