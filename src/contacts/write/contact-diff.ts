import type { ContactChange } from '../../feed/change.js';
import type { Address } from '../../kernel/identifiers/address.js';
import { type ContactRow, type ContactRowJson, hasPicture } from '../contact-row.js';
import type { ContactSnapshot } from './contact-snapshots.repository.js';

/** The columns that each field of the API is read from. */
const FIELDS: Record<string, (keyof ContactRow)[]> = {
  jid: ['jid'],
  phone: ['jid'],
  lid: ['lid'],
  username: ['username'],
  push_name: ['push_name'],
  full_name: ['full_name'],
  first_name: ['first_name'],
  business_name: ['business_name'],
  is_business: ['is_business'],
  about: ['about_state', 'about', 'about_emoji', 'about_set_at', 'about_expires_at'],
  picture: ['picture_id', 'picture_updated_at'],
  identity_key: ['key', 'key_since'],
  saved: ['saved'],
  moved_to: ['moved_to'],
  moved_from: ['moved_from'],
};

/** Contacts before and after a transaction writes to them. */
export interface WrittenContacts {
  before: ContactSnapshot[];
  /** Contacts that were written. All others are unchanged. */
  after: ContactSnapshot[];
  /** IDs of contacts whose row was deleted. */
  gone: ReadonlySet<string>;
  /** Changed addresses. */
  moves: { from: Address; to: Address }[];
}

/** Returns the changes of contacts that are listed before or after a transaction writes to them. */
export function diffContacts({ before, after, gone, moves }: WrittenContacts): ContactChange[] {
  const earlier = new Map(before.map((snapshot) => [snapshot.id, snapshot]));
  const changes = after.flatMap((snapshot) => diffContact(earlier.get(snapshot.id), snapshot));
  const merged = before.filter(({ id, isListed }) => isListed && gone.has(id));
  if (merged.length === 0) return changes;
  const successors = successorsByAddress(after, moves);
  return [...changes, ...merged.map((snapshot) => removal(snapshot, successors))];
}

function diffContact(before: ContactSnapshot | undefined, after: ContactSnapshot): ContactChange[] {
  if (!before?.isListed) return after.isListed ? [change('contact.created', after, [])] : [];
  if (before.json === after.json) return [];
  if (!after.isListed) return [removal(after)];
  const [was, is] = [parse(before), parse(after)];
  const fields = Object.keys(FIELDS).filter((field) => valueOf(was, field) !== valueOf(is, field));
  const hasNewKey = was.key !== null && is.key !== null && was.key !== is.key;
  if (!hasNewKey) return [change(kindOf(was, is), after, fields)];
  const others = fields.filter((field) => field !== 'identity_key');
  return [
    ...(others.length > 0 ? [change(kindOf(was, is), after, others)] : []),
    change('contact.identity_key_changed', after, ['identity_key']),
  ];
}

/** Returns the value of a field as text. */
function valueOf(contact: ContactRowJson, field: string): string {
  if (field === 'picture' && !hasPicture(contact)) return 'none';
  return JSON.stringify(FIELDS[field]?.map((column) => contact[column]));
}

function kindOf(was: ContactRowJson, is: ContactRowJson): ContactChange['kind'] {
  return was.jid === null && is.jid !== null ? 'contact.phone_learned' : 'contact.changed';
}

/** Returns the IDs of the listed contacts that now have the addresses of deleted ones. */
function successorsByAddress(after: ContactSnapshot[], moves: WrittenContacts['moves']): Map<string, string> {
  const successors = new Map<string, string>();
  for (const snapshot of after.filter(({ isListed }) => isListed)) {
    for (const address of [snapshot.jid, snapshot.lid]) if (address) successors.set(address, snapshot.id);
  }
  for (const { from, to } of moves.toReversed()) {
    const successor = successors.get(to);
    if (successor && !successors.has(from)) successors.set(from, successor);
  }
  return successors;
}

/** Returns the change of a contact that is no longer listed, or has become part of another. */
function removal({ id, jid, lid }: ContactSnapshot, successors?: Map<string, string>): ContactChange {
  const mergedInto = (jid && successors?.get(jid)) ?? (lid && successors?.get(lid)) ?? null;
  const kind = mergedInto ? 'contact.merged' : 'contact.deleted';
  return { kind, contactId: id, jid, lid, fields: [], mergedInto, contact: null };
}

function change(
  kind: ContactChange['kind'],
  { id, jid, lid, json }: ContactSnapshot,
  fields: string[],
): ContactChange {
  return { kind, contactId: id, jid, lid, fields, mergedInto: null, contact: json };
}

function parse({ json }: ContactSnapshot): ContactRowJson {
  return JSON.parse(json) as ContactRowJson;
}
