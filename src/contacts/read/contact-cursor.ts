import { createHash } from 'node:crypto';
import { InvalidCursor } from '../contacts.errors.js';
import type { ContactListFilter } from './contact-filter.sql.js';
import type { ContactPlace, ContactSort } from './contact-order.sql.js';

/** The parameters that decide which contacts a list contains, and in which order. A cursor is valid for one of them. */
export interface ListedContacts extends ContactListFilter {
  sort: ContactSort;
}

/** Microseconds since 1970, with room for the year 2286. */
const TIME = /^\d{1,16}$/;

/** Returns an opaque cursor. It contains a position instead of an offset, so that changes elsewhere move no page. */
export function toCursor(list: ListedContacts, { address, key }: ContactPlace): string {
  const place = [hashOf(list), address, ...(list.sort === 'jid' ? [] : [key])];
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/**
 * Reads a cursor.
 *
 * @throws InvalidCursor if toCursor() did not create it for this list
 */
export function fromCursor(list: ListedContacts, cursor: string): ContactPlace {
  const [hash, address, key = ''] = decode(cursor);
  // Postgres rejects NUL.
  if (typeof address !== 'string' || typeof key !== 'string' || `${address}${key}`.includes('\0'))
    throw InvalidCursor.malformed(cursor);
  if (hash !== hashOf(list)) throw InvalidCursor.ofAnotherList();
  if (list.sort === 'updated' && !TIME.test(key)) throw InvalidCursor.malformed(cursor);
  return { address, key };
}

/** Returns a hash of the parameters, to detect misused cursors. Callers may read all lists anyway. */
function hashOf({ sort, search, hasPhone, saved, isBusiness, updatedSince, ids }: ListedContacts): string {
  const parameters = JSON.stringify([sort, search, hasPhone, saved, isBusiness, updatedSince, ids]);
  return createHash('sha256').update(parameters).digest('base64url').slice(0, 8);
}

function decode(cursor: string): unknown[] {
  try {
    const place: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    return Array.isArray(place) ? place : [];
  } catch {
    return [];
  }
}
