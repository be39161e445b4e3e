/**
 * - `contact.created`: the person has entered the list of contacts
 * - `contact.changed`
 * - `contact.phone_learned`: the person was known by LID alone, and now has a number
 * - `contact.merged`: two rows turned out to be one person; this one is gone
 * - `contact.deleted`: the person has left the list
 * - `contact.identity_key_changed`: the key that messages to the person are encrypted for is another one than before
 * - `sync.completed`: the first sync after linking is complete, and its contacts are to be read from the list
 * - `session.*`: the session through which the account is linked
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
] as const;

export type ChangeKind = (typeof CHANGE_KINDS)[number];

/** An event of a session. QR, pairing code or any other secret is never part of it. */
export interface SessionEvent {
  name: string;
  /** Of session.degraded: what is wrong, for programs; otherwise null. */
  code: string | null;
  /** What has happened, one sentence for people; null when there is nothing to say. */
  reason: string | null;
}

/** What has happened to one person. */
export interface ContactChange {
  kind: Extract<ChangeKind, `contact.${string}`>;
  contactId: string;
  jid: string | null;
  lid: string | null;
  fields: string[];
  mergedInto: string | null;
  /** The person as JSON; null for a tombstone. */
  contact: string | null;
}

/** A change about to be written. */
export type NewChange =
  | ContactChange
  | { kind: 'sync.completed' }
  | { kind: Extract<ChangeKind, `session.${string}`>; session: SessionEvent };
