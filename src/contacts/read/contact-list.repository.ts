import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { Pool } from 'pg';
import { DataSource } from 'typeorm';
import { boundedQuery } from '../../database/bounded-query.js';
import { poolOf } from '../../database/postgres-pool.js';
import {
  ADDRESS,
  conditionsOf,
  contactId,
  type ContactListFilter,
  FIRST_NAME,
  FULL_NAME,
  HAS_NAME,
  SAVED,
} from '../contact.sql.js';
import { hasSymbols } from '../search/search-key.js';
import type { ContactPlace, ContactSort } from './contact-cursor.js';
import { type SearchTerm, toSearchTerms } from './search-terms.js';

export interface ContactPage {
  /** Comma-separated JSON of ContactSummaryDtos. Postgres writes it, because parsing rows takes most of the time. */
  items: string;
  /** Position of the last contact; null on the last page. */
  next: ContactPlace | null;
  /** Number of the last change that the page contains. */
  changesNext: string;
}

export interface ContactListQuery extends ContactListFilter {
  limit: number;
  sort: ContactSort;
  /** Null: the first page. */
  after: ContactPlace | null;
  /** Null: all contacts. */
  search: string | null;
}

/** Ten times the slowest search in a million contacts. */
const MAX_MS = 10_000;

/** Lists contacts with a name of any kind, one page at a time. */
@Injectable()
export class ContactListRepository {
  private readonly pool: Pool;

  constructor(@InjectDataSource() dataSource: DataSource) {
    this.pool = poolOf(dataSource);
  }

  async list(accountId: number, query: ContactListQuery): Promise<ContactPage> {
    const { text, values } = toSql(accountId, query);
    const { rows } = await boundedQuery<PageRow>(this.pool, MAX_MS, { text, values });
    const { items = null, address, name = '', has_more: hasMore, changes_next: changesNext } = rows[0] ?? {};
    return {
      items: items ?? '',
      next: hasMore && address ? { address, name: name ?? '' } : null,
      changesNext: changesNext ?? '0',
    };
  }
}

/** The only row of the result. All but the last column are null if there are no contacts. */
interface PageRow {
  items: string | null;
  address: string | null;
  name: string | null;
  has_more: boolean;
  changes_next: string | null;
}

/** Time of the last change of the picture of row `p`; null if there is none. See hasPicture(). */
const PICTURE = `SELECT ${toIso('picture.updated_at')} FROM contact_picture picture
  WHERE picture.account_id = $1 AND picture.contact_id = p.id
    AND (picture.state = 'present' OR picture.state = 'changed' AND picture.size_bytes IS NOT NULL)`;

/** Returns the query as SQL. Exported for benchmarks. */
export function toSql(accountId: number, query: ContactListQuery): { text: string; values: unknown[] } {
  const values: unknown[] = [accountId, query.limit];
  const add = (value: unknown) => `$${values.push(value)}`;
  const conditions = ['c.account_id = $1', HAS_NAME, ...conditionsOf(query)];
  if (query.search !== null) {
    const terms = toSearchTerms(query.search);
    conditions.push(...(terms.length === 0 ? ['false'] : terms.map((term) => isFound(term, add))));
  }
  if (query.after && query.sort === 'jid') conditions.push(`${ADDRESS} > ${add(query.after.address)}`);
  if (query.after && query.sort === 'name') {
    conditions.push(`(c.sort_name, ${ADDRESS}) > (${add(query.after.name)}, ${add(query.after.address)})`);
  }
  const text = `
    SELECT string_agg(item, ',' ORDER BY place) FILTER (WHERE place <= $2) AS items,
      max(address) FILTER (WHERE place = $2) AS address, max(sort_name) FILTER (WHERE place = $2) AS name,
      count(*) > $2 AS has_more, (SELECT feed_latest FROM account WHERE id = $1) AS changes_next
    FROM (
      SELECT row_number() OVER () AS place, p.address, p.sort_name, (
        SELECT row_to_json(item) FROM (
          SELECT ${contactId('$1', 'p.id')} AS id,
            p.jid, split_part(p.jid, '@', 1) AS phone, p.lid, p.username, p.push_name,
            p.full_name, p.first_name, p.business_name, p.is_business, p.saved,
            (${PICTURE}) AS picture_updated_at, p.updated_at
        ) item)::text AS item
      FROM (
        SELECT c.id, c.jid, c.lid, c.username, c.push_name, ${FULL_NAME} AS full_name, ${FIRST_NAME} AS first_name,
          c.business_name, c.is_business, ${SAVED} AS saved, ${ADDRESS} AS address, c.sort_name,
          ${toIso('c.updated_at')} AS updated_at
        FROM contact c WHERE ${conditions.join(' AND ')}
        ORDER BY ${query.sort === 'name' ? `c.sort_name, ${ADDRESS}` : ADDRESS} LIMIT $2::int + 1
      ) p
    ) page`;
  return { text, values };
}

function toIso(time: string): string {
  return `to_char(${time} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}

/** @param add adds a parameter to the query and returns its name */
function isFound({ keys, isPrefix, lid }: SearchTerm, add: (value: string) => string): string {
  const matches = keys.map((key) => {
    const escaped = key.replace(/[\\%_]/g, '\\$&');
    const isLike = `c.search_text LIKE ${add(isPrefix ? `% ${escaped.trimStart()}%` : `%${escaped}%`)}`;
    return hasSymbols(key) ? `(${isLike} AND ${hasSymbolsOf(add(key))})` : isLike;
  });
  if (lid) matches.push(`c.lid = ${add(lid)}`);
  return `(${matches.join(' OR ')})`;
}

/** LIKE finds only words by index, so symbols have their own. The first condition is that of the partial index. */
function hasSymbolsOf(parameter: string): string {
  return `symbols_of(c.search_text) <> '{}' AND symbols_of(c.search_text) @> symbols_of(${parameter})`;
}
