import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { Pool } from 'pg';
import { DataSource } from 'typeorm';
import { boundedQuery } from '../../database/bounded-query.js';
import { poolOf } from '../../database/postgres-pool.js';
import type { ContactPlace, ContactSort } from './contact-cursor.js';
import { ADDRESS, FIRST_NAME, FULL_NAME, HAS_NAME, phoneIs } from './contact.sql.js';
import { type SearchTerm, toSearchTerms } from './search-terms.js';

/** A person of a page, written as JSON by the database: to read each field here and write it again would take most of the time. */
export interface ListedContact {
  /** A ContactSummaryDto. */
  json: string;
  /** What lists are sorted by. */
  address: string;
  sort_name: string;
}

export interface ContactListQuery {
  limit: number;
  sort: ContactSort;
  /** Null: from the beginning. */
  after: ContactPlace | null;
  /** Null: everybody. */
  search: string | null;
  /** Only people whose number is known, or only those whose is not; null: both. */
  hasPhone: boolean | null;
}

/** Neither letter nor digit nor space. */
const SYMBOL = /[^\p{L}\p{N}\p{M}\s]/u;

/** The slowest search of a million contacts takes a tenth of it. */
const MAX_MS = 10_000;

/** Pages of people with a name of any kind, by index. */
@Injectable()
export class ContactListRepository {
  private readonly pool: Pool;

  constructor(@InjectDataSource() dataSource: DataSource) {
    this.pool = poolOf(dataSource);
  }

  async list(accountId: number, query: ContactListQuery): Promise<ListedContact[]> {
    const { text, values } = toSql(accountId, query);
    const { rows } = await boundedQuery<ListedContact>(this.pool, MAX_MS, { text, values });
    return rows;
  }
}

/** The query as SQL, for the repository and for who measures it. */
export function toSql(accountId: number, query: ContactListQuery): { text: string; values: unknown[] } {
  const values: unknown[] = [accountId, query.limit];
  const add = (value: unknown) => `$${values.push(value)}`;
  const conditions = ['c.account_id = $1', HAS_NAME];
  if (query.hasPhone !== null) conditions.push(phoneIs(query.hasPhone));
  if (query.search !== null) {
    for (const term of toSearchTerms(query.search)) {
      const parameter = add(term.text);
      conditions.push(isFound(term, parameter));
      if (SYMBOL.test(term.text)) conditions.push(...hasSymbolsOf(parameter));
    }
  }
  if (query.after && query.sort === 'jid') conditions.push(`${ADDRESS} > ${add(query.after.address)}`);
  if (query.after && query.sort === 'name') {
    conditions.push(`(c.sort_name, ${ADDRESS}) > (${add(query.after.name)}, ${add(query.after.address)})`);
  }
  const order = (row: string, address: string) =>
    query.sort === 'name' ? `${row}.sort_name, ${address}` : address;
  const text = `SELECT (
      SELECT row_to_json(item) FROM (
        SELECT p.jid, split_part(p.jid, '@', 1) AS phone, p.lid, p.username, p.push_name, p.full_name, p.first_name,
          p.business_name, p.is_business, p.saved, p.updated_at
      ) item)::text AS json, p.address, p.sort_name
    FROM (
      SELECT c.jid, c.lid, c.username, c.push_name, ${FULL_NAME} AS full_name, ${FIRST_NAME} AS first_name,
        c.business_name, c.is_business, c.saved OR c.lid_saved AS saved, ${ADDRESS} AS address, c.sort_name,
        to_char(c.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS updated_at
      FROM contact c WHERE ${conditions.join(' AND ')}
      ORDER BY ${order('c', ADDRESS)} LIMIT $2
    ) p ORDER BY ${order('p', 'p.address')}`;
  return { text, values };
}

/** By index, as LIKE on characters that are in no word is not. The first one is what the index stands under. */
function hasSymbolsOf(parameter: string): string[] {
  return [
    `symbols_of(c.search_text) <> '{}'`,
    `symbols_of(c.search_text) @> symbols_of(search_key(${parameter}))`,
  ];
}

/** What LIKE takes for a wildcard is escaped last: search_key() turns full-width characters into these. */
function isFound({ isPrefix }: SearchTerm, parameter: string): string {
  const key = isPrefix ? `' ' || ltrim(search_key(${parameter}))` : `search_key(${parameter})`;
  const escaped = `replace(replace(replace(${key}, '\\', '\\\\'), '%', '\\%'), '_', '\\_')`;
  return `c.search_text LIKE '%' || ${escaped} || '%'`;
}
