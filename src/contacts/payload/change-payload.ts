import type { ChangeKind, SessionEvent, WebhookEvent } from '../../feed/change.js';
import type { ChangeRow } from '../../feed/feed-reads.repository.js';
import { pathPrefixOf, type SessionName } from '../../kernel/identifiers/session-name.js';
import { type ContactField, selectFields } from '../contact-fields.js';
import { type ContactRowJson, fromJson } from '../contact-row.js';
import { type ContactPayload, toDetails } from './contact-payload.js';

/** A change in responses of the API and in webhooks; ChangeDto describes the fields. */
export interface ChangePayload {
  seq: number;
  at: string;
  kind: ChangeKind;
  id: string | null;
  jid: string | null;
  lid: string | null;
  fields: string[];
  merged_into: string | null;
  /** With the selected fields. */
  contact: Partial<ContactPayload> | null;
  session: SessionEvent | null;
  webhook: WebhookEvent | null;
}

/**
 * A reader of the changes of one session, and the webhooks that the reader may see. `session`: webhooks of the session;
 * `all`: also webhooks for all sessions, and those of a session that the account was linked through before.
 */
export interface ChangeReader {
  session: SessionName;
  webhooks: 'none' | 'session' | 'all';
  /** Path under which the reader reaches the service, for example `/wa`; empty for the root. */
  basePath: string;
}

/**
 * Returns a change without events that the reader may not see: of webhooks, and of a session that the account was
 * linked through before. The change itself remains, so that sequence numbers have no gaps.
 *
 * @param contactFields fields of `contact`; null: all
 */
export function toChange(
  row: ChangeRow,
  { session: name, webhooks, basePath }: ChangeReader,
  contactFields: readonly ContactField[] | null = null,
): ChangePayload {
  const { seq, at, kind, contactId, jid, lid, fields, mergedInto, contact, session, webhook } = row;
  const seesWebhook = webhooks === 'all' || (webhooks === 'session' && webhook?.session === name);
  const pathPrefix = `${basePath}${pathPrefixOf(name)}`;
  return {
    seq,
    at: at.toISOString(),
    kind,
    id: contactId,
    jid,
    lid,
    fields: fields ?? [],
    merged_into: mergedInto,
    contact:
      contactId && contact
        ? selectFields(toDetails(fromJson(contact as ContactRowJson, contactId), pathPrefix), contactFields)
        : null,
    session: session?.name === name ? session : null,
    webhook: seesWebhook ? webhook : null,
  };
}

/**
 * Replaces the changes of each contact by one, at the position of the last. Changes of identity keys remain separate.
 *
 * @param changes in the order of the feed
 */
export function compact(changes: ChangePayload[]): ChangePayload[] {
  const joined = new Map<string, ChangePayload>();
  for (const change of changes) {
    const key = keyOf(change);
    const before = joined.get(key);
    joined.delete(key);
    joined.set(key, before ? join(before, change) : change);
  }
  return [...joined.values()];
}

function keyOf({ id, kind, seq }: ChangePayload): string {
  return id === null || kind === 'contact.identity_key_changed' ? `${seq}` : id;
}

/** Keeps `contact.created`, because the reader has not received the contact yet. */
function join(before: ChangePayload, after: ChangePayload): ChangePayload {
  if (after.contact === null || after.kind === 'contact.created') return after;
  if (before.kind === 'contact.created') return { ...after, kind: before.kind, fields: [] };
  const kind = before.kind === 'contact.phone_learned' ? before.kind : after.kind;
  return { ...after, kind, fields: [...new Set([...before.fields, ...after.fields])] };
}
