import type { ChangeKind, SessionEvent } from '../../feed/change.js';
import type { ChangeRow } from '../../feed/feed-reads.repository.js';
import { type ContactField, selectFields } from '../contact-fields.js';
import { contactIdOf, type ContactRowJson, fromJson } from '../contact-row.js';
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
}

/**
 * @param pathPrefix path of the session's routes
 * @param contactFields fields of `contact`; null: all
 */
export function toChange(
  row: ChangeRow,
  pathPrefix: string,
  contactFields: readonly ContactField[] | null = null,
): ChangePayload {
  const { seq, at, kind, contactId, jid, lid, fields, mergedInto, contact, session } = row;
  return {
    seq,
    at: at.toISOString(),
    kind,
    id: contactId && contactIdOf(contactId),
    jid,
    lid,
    fields: fields ?? [],
    merged_into: mergedInto && contactIdOf(mergedInto),
    contact:
      contact && selectFields(toDetails(fromJson(contact as ContactRowJson), pathPrefix), contactFields),
    session,
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
