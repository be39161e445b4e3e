import { InvalidCursor } from '../contacts.errors.js';

export const SORTS = ['jid', 'name'] as const;
export type ContactSort = (typeof SORTS)[number];

/** Position of a contact in the sort order. */
export interface ContactPlace {
  /** JID, or LID if the contact has no number. */
  address: string;
  /** Used only if the list is sorted by name. */
  name: string;
}

/** Returns an opaque cursor. It contains a position instead of an offset, so that changes elsewhere move no page. */
export function toCursor(sort: ContactSort, { address, name }: ContactPlace): string {
  const place = sort === 'name' ? [sort, address, name] : [sort, address];
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/**
 * Reads a cursor.
 *
 * @throws InvalidCursor if toCursor() did not create it for this order
 */
export function fromCursor(sort: ContactSort, cursor: string): ContactPlace {
  const [madeFor, address, name] = decode(cursor);
  const fits =
    madeFor === sort && typeof address === 'string' && (sort === 'jid' || typeof name === 'string');
  // Postgres rejects NUL.
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
