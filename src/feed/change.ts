/**
 * - `contact.created`: the contact was added to the list
 * - `contact.changed`
 * - `contact.phone_learned`: the contact had only a LID, and now has a number
 * - `contact.merged`: the contact became part of another one
 * - `contact.deleted`: the contact was removed from the list
 * - `contact.identity_key_changed`: the public key that encrypts messages to the contact changed
 * - `sync.completed`: the first sync after linking is complete; readers have to load the list
 * - `session.*`: the session that the account is linked through
 * - `webhook.stopped`: a webhook was paused after failures or because of missing changes, or disabled by its receiver
 */
export const CHANGE_KINDS = [
  'contact.created',
  'contact.changed',
  'contact.phone_learned',
  'contact.merged',
  'contact.deleted',
  'contact.identity_key_changed',
  'sync.completed',
  'session.linked',
  'session.open',
  'session.degraded',
  'session.logged_out',
  'webhook.stopped',
] as const;

export type ChangeKind = (typeof CHANGE_KINDS)[number];

/** An event of a session. Never contains secrets, such as a QR code or pairing code. */
export interface SessionEvent {
  name: string;
  /** Machine-readable reason of `session.degraded`, otherwise null. */
  code: string | null;
  /** One sentence for users, or null. */
  reason: string | null;
}

/** A webhook that does not deliver anymore, although no user has paused it. */
export interface WebhookEvent {
  id: string;
  /** Session of the webhook; null if it is for all sessions. */
  session: string | null;
  state: 'paused' | 'disabled';
  /** Sentences for users. */
  reason: string;
}

/** A change of one contact. */
export interface ContactChange {
  kind: Extract<ChangeKind, `contact.${string}`>;
  contactId: string;
  jid: string | null;
  lid: string | null;
  fields: string[];
  mergedInto: string | null;
  /** JSON of a ContactRow after the change; null if the contact is deleted or merged. */
  contact: string | null;
}

/** A change that is not stored yet. */
export type NewChange =
  | ContactChange
  | { kind: 'sync.completed' }
  | { kind: Extract<ChangeKind, `session.${string}`>; session: SessionEvent }
  | { kind: 'webhook.stopped'; webhook: WebhookEvent };
