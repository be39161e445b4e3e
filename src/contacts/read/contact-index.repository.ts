import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { boundedQuery } from '../../database/bounded-query.js';
import { poolOf } from '../../database/postgres-pool.js';
import { ADDRESS, contactId } from '../contact.sql.js';
import type { ContactLookup } from './contact-details.repository.js';
import { type ContactListFilter, listedContacts } from './contact-filter.sql.js';
import { type ContactPlace, type ContactSort, ORDERS } from './contact-order.sql.js';

/** Contacts between two places of an index. */
export const INDEX_STEP = 200;
/** Enough for all alphabets. Names in Chinese or Japanese begin with thousands of different characters. */
const MAX_INITIALS = 200;
const MAX_MS = 10_000;

export interface ContactIndexQuery extends ContactListFilter {
  sort: ContactSort;
  /** A contact whose row is wanted. */
  contact: ContactLookup | null;
}

/** An initial of the names in a list, and the row of the first contact that has it. */
export interface Initial {
  initial: string;
  row: number;
}

/** Where the contacts of a list are, without the contacts. Rows are counted from 0. */
export interface ContactIndex {
  count: number;
  /** The last contact of every INDEX_STEP contacts, except at the end of the list. */
  places: ContactPlace[];
  /** In the order of the list; empty unless it is sorted by name. */
  initials: Initial[];
  /** Row of the wanted contact; null if the list does not contain it. */
  row: number | null;
  /** Number of the last change that the index contains. */
  changesNext: string;
}

/** Finds the positions of pages, initials and single contacts in lists. */
@Injectable()
export class ContactIndexRepository {
  private readonly pool: pg.Pool;

  constructor(@InjectDataSource() dataSource: DataSource) {
    this.pool = poolOf(dataSource);
  }

  async read(accountId: number, query: ContactIndexQuery): Promise<ContactIndex> {
    const { rows } = await boundedQuery<IndexRow>(this.pool, MAX_MS, toSql(accountId, query));
    const { count = '0', places, initials, row = null, changes_next: changesNext } = rows[0] ?? {};
    return {
      count: Number(count),
      places: (places ?? [])
        .filter(([at]) => at < Number(count))
        .map(([, address, key]) => ({ address, key })),
      initials: toInitials(initials ?? []),
      row: row === null ? null : Number(row),
      changesNext: changesNext ?? '0',
    };
  }
}

interface IndexRow {
  count: string;
  /** Number of contacts up to a place, its address and key. */
  places: [number, string, string][] | null;
  initials: [string, number][] | null;
  row: string | null;
  changes_next: string | null;
}

/** One pass over the list. Only the selected rows are aggregated. */
function toSql(accountId: number, { sort, contact, ...filter }: ContactIndexQuery) {
  const values: unknown[] = [accountId];
  const add = (value: string) => `$${values.push(value)}`;
  const conditions = listedContacts(accountId, filter, add);
  const { key, by } = ORDERS[sort];
  // An array, because usernames can contain the characters that separate and quote the elements of its text form.
  const wanted = contact
    ? `array_position($${values.push(contact.values)}::text[], ${referenceOf(accountId, contact)})`
    : 'NULL::int';
  // In other orders, almost each contact has another initial than the previous one.
  const hasInitial = sort === 'name' ? 'initial IS DISTINCT FROM previous' : 'false';
  const text = `
    SELECT count(*) AS count,
      json_agg(json_build_array(place, address, key) ORDER BY place)
        FILTER (WHERE place % ${INDEX_STEP} = 0) AS places,
      json_agg(json_build_array(initial, place - 1) ORDER BY place)
        FILTER (WHERE ${hasInitial}) AS initials,
      (array_agg(place - 1 ORDER BY wanted) FILTER (WHERE wanted IS NOT NULL))[1] AS row,
      (SELECT feed_latest FROM account WHERE id = $1) AS changes_next
    FROM (
      SELECT place, address, key, wanted, initial, lag(initial) OVER (ORDER BY place) AS previous
      FROM (
        SELECT row_number() OVER (ORDER BY ${by}) AS place, ${ADDRESS} AS address, ${key} AS key,
          ${wanted} AS wanted, left(c.sort_name, 1) AS initial
        FROM contact c WHERE ${conditions.join(' AND ')}
      ) listed
    ) compared`;
  return { text, values };
}

/** Returns what a row is compared with, in SQL, as other look-ups do. */
function referenceOf(accountId: number, { column }: ContactLookup): string {
  if (column === 'id') return contactId(String(accountId), 'c.id');
  return column === 'username' ? 'lower(c.username)' : `c.${column}`;
}

/** Joins initials that are displayed as one: digits, symbols and names without letters are `#`. */
function toInitials(found: readonly [string | null, number][]): Initial[] {
  const initials: Initial[] = [];
  for (const [first, row] of found) {
    const initial = first !== null && /\p{L}/u.test(first) ? first.toUpperCase() : '#';
    if (initials.at(-1)?.initial !== initial) initials.push({ initial, row });
  }
  return initials.slice(0, MAX_INITIALS);
}
