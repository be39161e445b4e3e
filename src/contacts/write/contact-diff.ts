import { isDeepStrictEqual } from 'node:util';
import type { ContactChange } from '../../feed/change.js';
import type { Address } from '../../kernel/identifiers/address.js';
import { hasPicture, type ContactRowJson } from '../contact-row.js';
import type { ContactSnapshot } from './contact-snapshots.repository.js';

/** The fields of the API, and what of a person each shows. */
const FIELDS: Record<string, (person: ContactRowJson) => unknown> = {
  jid: ({ jid }) => jid,
  phone: ({ jid }) => jid,
  lid: ({ lid }) => lid,
  username: ({ username }) => username,
  push_name: (person) => person.push_name,
  full_name: (person) => person.full_name,
  first_name: (person) => person.first_name,
  business_name: (person) => person.business_name,
  is_business: (person) => person.is_business,
  about: (person) => [
    person.about_state,
    person.about,
    person.about_emoji,
    person.about_set_at,
    person.about_expires_at,
  ],
  picture: (person) => hasPicture(person) && [person.picture_id, person.picture_updated_at],
  identity_key: ({ key, key_since: since }) => key && [key, since],
  saved: ({ saved }) => saved,
  moved_to: (person) => person.moved_to,
  moved_from: (person) => person.moved_from,
};

/** People before and after they were written to. */
export interface WrittenContacts {
  before: ContactSnapshot[];
  /** Those that were written to; who is not among them has not changed. */
  after: ContactSnapshot[];
  /** Ids of those before who have no row any more. */
  gone: ReadonlySet<string>;
  /** Addresses that people had, and those that they have instead. */
  moves: { from: Address; to: Address }[];
}

/** What a transaction did, as the feed tells it: of people who are listed, before or after. */
export function changesOf({ before, after, gone, moves }: WrittenContacts): ContactChange[] {
  const earlier = new Map(before.map((state) => [state.id, state]));
  const changes = after.flatMap((state) => changesOfOne(earlier.get(state.id), state));
  const merged = before.filter(({ id, isListed }) => isListed && gone.has(id));
  if (merged.length === 0) return changes;
  const heirs = heirsByAddress(after, moves);
  return [...changes, ...merged.map((state) => tombstone(state, heirs))];
}

function changesOfOne(before: ContactSnapshot | undefined, after: ContactSnapshot): ContactChange[] {
  if (!before?.isListed) return after.isListed ? [change('contact.created', after, [])] : [];
  if (before.json === after.json) return [];
  if (!after.isListed) return [tombstone(after)];
  const [was, is] = [read(before), read(after)];
  const fields = Object.keys(FIELDS).filter(
    (name) => !isDeepStrictEqual(FIELDS[name]?.(was), FIELDS[name]?.(is)),
  );
  const isOtherKey = was.key !== null && is.key !== null && was.key !== is.key;
  if (!isOtherKey) return [change(kindOf(was, is), after, fields)];
  const others = fields.filter((name) => name !== 'identity_key');
  return [
    ...(others.length > 0 ? [change(kindOf(was, is), after, others)] : []),
    change('contact.identity_key_changed', after, ['identity_key']),
  ];
}

function kindOf(was: ContactRowJson, is: ContactRowJson): ContactChange['kind'] {
  return was.jid === null && is.jid !== null ? 'contact.phone_learned' : 'contact.changed';
}

/** Who of those listed holds the addresses of somebody who is gone. */
function heirsByAddress(after: ContactSnapshot[], moves: WrittenContacts['moves']): Map<string, string> {
  const heirs = new Map<string, string>();
  for (const state of after.filter(({ isListed }) => isListed)) {
    for (const address of [state.jid, state.lid]) if (address) heirs.set(address, state.id);
  }
  for (const { from, to } of moves.toReversed()) {
    const heir = heirs.get(to);
    if (heir && !heirs.has(from)) heirs.set(from, heir);
  }
  return heirs;
}

/** Of somebody who has left the list, or whose row has become part of another. */
function tombstone(state: ContactSnapshot, heirs?: Map<string, string>): ContactChange {
  const { jid, lid } = state;
  const mergedInto = (jid && heirs?.get(jid)) ?? (lid && heirs?.get(lid)) ?? null;
  return {
    kind: mergedInto ? 'contact.merged' : 'contact.deleted',
    contactId: state.id,
    jid,
    lid,
    fields: [],
    mergedInto,
    contact: null,
  };
}

function change(
  kind: ContactChange['kind'],
  { id, jid, lid, json }: ContactSnapshot,
  fields: string[],
): ContactChange {
  return { kind, contactId: id, jid, lid, fields, mergedInto: null, contact: json };
}

function read({ json }: ContactSnapshot): ContactRowJson {
  return JSON.parse(json) as ContactRowJson;
}
