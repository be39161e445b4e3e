import { InvalidCursor } from '../contacts.errors.js';

export const SORTS = ['jid', 'name'] as const;
export type ContactSort = (typeof SORTS)[number];

/** After whom a page begins: their place in the order asked for. */
export interface ContactPlace {
  /** JID, or LID of who has no number. */
  address: string;
  /** Only in the order of names. */
  name: string;
}

/** Opaque to callers. It names a place, no count, so what is added or goes elsewhere moves no page. */
export function toCursor(sort: ContactSort, { address, name }: ContactPlace): string {
  const place = sort === 'name' ? [sort, address, name] : [sort, address];
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/** @throws InvalidCursor for what toCursor() did not make for this order */
export function fromCursor(sort: ContactSort, cursor: string): ContactPlace {
  const [madeFor, address, name] = decode(cursor);
  const fits =
    madeFor === sort && typeof address === 'string' && (sort === 'jid' || typeof name === 'string');
  // Postgres takes no NUL; no place of ours has one.
  if (!fits || `${address}${String(name)}`.includes('\0')) throw new InvalidCursor(cursor, sort);
  return { address, name: typeof name === 'string' ? name : '' };
}

function decode(cursor: string): unknown[] {
  try {
    const place: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    return Array.isArray(place) ? place : [];
  } catch {
    return [];
  }
}
