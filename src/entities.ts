import { ApiKey } from './access/api-key.entity.js';
import { IdempotentRequest } from './access/idempotent-request.entity.js';
import { RateLimit } from './access/rate-limit.entity.js';
import { StreamTicket } from './access/stream-ticket.entity.js';
import { Account } from './accounts/account.entity.js';
import { Contact } from './contacts/entities/contact.entity.js';
import { ContactPicture } from './contacts/entities/contact-picture.entity.js';
import { FormerLid } from './contacts/entities/former-lid.entity.js';
import { IdentityKey } from './contacts/entities/identity-key.entity.js';
import { MergedContact } from './contacts/entities/merged-contact.entity.js';
import { NumberCheck } from './contacts/entities/number-check.entity.js';
import { NumberCheckQuota } from './contacts/entities/number-check-quota.entity.js';
import { RefreshRequest } from './contacts/entities/refresh-request.entity.js';
import { Change } from './feed/change.entity.js';
import { EncryptionKey } from './secrets/encryption-key.entity.js';
import { ClientVersionRecord } from './sessions/client-version.entity.js';
import { Degradation } from './sessions/degradation.entity.js';
import { LogLevelRecord } from './sessions/log-level.entity.js';
import { Session } from './sessions/session.entity.js';
import { SessionCommand } from './sessions/session-command.entity.js';
import { SessionProcess } from './sessions/session-process.entity.js';
import { Webhook } from './webhooks/webhook.entity.js';
import { WebhookAttempt } from './webhooks/webhook-attempt.entity.js';
import { WebhookCursor } from './webhooks/webhook-cursor.entity.js';
import { AppStateCollection } from './whatsapp/app-state/app-state-collection.entity.js';
import { AppStateRecord } from './whatsapp/app-state/app-state-record.entity.js';
import { SyncKeyRequest } from './whatsapp/app-state/sync-key-request.entity.js';
import { AuthCredentials } from './whatsapp/auth-state/auth-credentials.entity.js';
import { AuthKey } from './whatsapp/auth-state/auth-key.entity.js';
import { HistoryNotification } from './whatsapp/history/history-notification.entity.js';

/** Entities of all tables. `npm run migration:drift` compares the migrations with them. */
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
  IdempotentRequest,
  IdentityKey,
  LogLevelRecord,
  MergedContact,
  NumberCheck,
  NumberCheckQuota,
  RateLimit,
  RefreshRequest,
  Session,
  SessionCommand,
  SessionProcess,
  StreamTicket,
  SyncKeyRequest,
  Webhook,
  WebhookAttempt,
  WebhookCursor,
];
