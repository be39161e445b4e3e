import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { Pool } from 'pg';
import { DataSource } from 'typeorm';
import { boundedQuery } from '../../database/bounded-query.js';
import { poolOf } from '../../database/postgres-pool.js';
import type { ContactPlace, ContactSort } from './contact-cursor.js';
import { ADDRESS, FIRST_NAME, FULL_NAME, HAS_NAME, phoneIs } from './contact.sql.js';
import { type SearchTerm, toSearchTerms } from './search-terms.js';

export interface ListedContact {
  /** Null while only the LID is known. */
  jid: string | null;
  lid: string | null;
  username: string | null;
  push_name: string | null;
  full_name: string | null;
  first_name: string | null;
  business_name: string | null;
  is_business: boolean | null;
  saved: boolean;
  updated_at: Date;
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
    conditions.push(...toSearchTerms(query.search).map((term) => isFound(term, add(term.text))));
  }
  if (query.after && query.sort === 'jid') conditions.push(`${ADDRESS} > ${add(query.after.address)}`);
  if (query.after && query.sort === 'name') {
    conditions.push(`(c.sort_name, ${ADDRESS}) > (${add(query.after.name)}, ${add(query.after.address)})`);
  }
  const text = `SELECT c.jid, c.lid, c.username, c.push_name, ${FULL_NAME} AS full_name, ${FIRST_NAME} AS first_name,
      c.business_name, c.is_business, c.saved OR c.lid_saved AS saved, c.updated_at, ${ADDRESS} AS address,
      c.sort_name
    FROM contact c WHERE ${conditions.join(' AND ')}
    ORDER BY ${query.sort === 'name' ? `c.sort_name, ${ADDRESS}` : ADDRESS} LIMIT $2`;
  return { text, values };
}

/** What LIKE takes for a wildcard is escaped last: search_key() turns full-width characters into these. */
function isFound({ isPrefix }: SearchTerm, parameter: string): string {
  const key = isPrefix ? `' ' || ltrim(search_key(${parameter}))` : `search_key(${parameter})`;
  const escaped = `replace(replace(replace(${key}, '\\', '\\\\'), '%', '\\%'), '_', '\\_')`;
  return `c.search_text LIKE '%' || ${escaped} || '%'`;
}
