import { toDetails } from './contact-payload.js';
import { contactIdOf, fromJson, type PersonJson } from '../person.js';
import type { ChangeRow } from '../../feed/feed-reads.repository.js';
import type { ChangeDto } from '../../api/changes/changes.dto.js';

/** @param pathPrefix below which the session's routes stand */
export function toChange(row: ChangeRow, pathPrefix: string): ChangeDto {
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
    contact: contact && toDetails(fromJson(contact as PersonJson), pathPrefix),
    session,
  };
}

/**
 * One change instead of those of one contact, where the last one stood. Another identity key is news by itself, and stays.
 * @param changes in their order
 */
export function compact(changes: ChangeDto[]): ChangeDto[] {
  const joined = new Map<string, ChangeDto>();
  for (const change of changes) {
    const key = keyOf(change);
    const before = joined.get(key);
    joined.delete(key);
    joined.set(key, before ? join(before, change) : change);
  }
  return [...joined.values()];
}

function keyOf({ id, kind, seq }: ChangeDto): string {
  return id === null || kind === 'contact.identity_key_changed' ? `${seq}` : id;
}

/** Who was new is still new to a reader who has not seen them yet. */
function join(before: ChangeDto, after: ChangeDto): ChangeDto {
  if (after.contact === null || after.kind === 'contact.created') return after;
  if (before.kind === 'contact.created') return { ...after, kind: before.kind, fields: [] };
  const kind = before.kind === 'contact.phone_learned' ? before.kind : after.kind;
  return { ...after, kind, fields: [...new Set([...before.fields, ...after.fields])] };
}
