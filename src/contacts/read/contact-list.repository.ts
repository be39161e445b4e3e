import type { Readable } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { boundedQuery } from '../../database/bounded-query.js';
import { copySnapshot } from '../../database/copy-lines.js';
import { poolOf } from '../../database/postgres-pool.js';
import { StreamPool } from '../../database/stream-pool.js';
import { ADDRESS } from '../contact.sql.js';
import type { ContactField } from '../contact-fields.js';
import { ALL_CONTACTS, type ContactListFilter, listedContacts } from './contact-filter.sql.js';
import { type ContactForm, contactJson } from './contact-json.sql.js';
import { type ContactPlace, type ContactSort, type Order, ORDERS } from './contact-order.sql.js';

export interface ContactPage {
  /** Comma-separated JSON of ContactPayloads. */
  items: string;
  /** Position of the last contact; null on the last page. */
  next: ContactPlace | null;
  /** Number of the last change that the page contains. */
  changesNext: string;
}

export interface ContactListQuery extends ContactListFilter, ContactForm {
  limit: number;
  sort: ContactSort;
  /** Null: the first page. */
  after: ContactPlace | null;
}

/** Ten times the slowest search in a million contacts. */
const MAX_MS = 10_000;

/** Rows that are searched for each row of a page, before all matches are sorted. */
const NEAR = 25;

const CHANGES_NEXT = 'SELECT feed_latest FROM account WHERE id = $1';

/** Lists contacts with a name of any kind. */
@Injectable()
export class ContactListRepository {
  private readonly pool: pg.Pool;

  constructor(
    @InjectDataSource() dataSource: DataSource,
    @Inject(StreamPool) private readonly streams: pg.Pool,
  ) {
    this.pool = poolOf(dataSource);
  }

  /** Returns a page of contacts. */
  async list(accountId: number, query: ContactListQuery): Promise<ContactPage> {
    const { text, values } = toSql(accountId, query);
    const { rows } = await boundedQuery<PageRow>(this.pool, MAX_MS, { text, values });
    const { items = null, address, key = '', has_more: hasMore, changes_next: changesNext } = rows[0] ?? {};
    return {
      items: items ?? '',
      next: hasMore && address ? { address, key: key ?? '' } : null,
      changesNext: changesNext ?? '0',
    };
  }

  /** Counts contacts. */
  async count(accountId: number, filter: ContactListFilter): Promise<{ count: number; changesNext: string }> {
    const values: unknown[] = [accountId];
    const conditions = listedContacts(accountId, filter, (value) => `$${values.push(value)}`);
    const text = `SELECT count(*) AS count, (${CHANGES_NEXT}) AS changes_next
      FROM contact c WHERE ${conditions.join(' AND ')}`;
    const { rows } = await boundedQuery<{ count: string; changes_next: string | null }>(this.pool, MAX_MS, {
      text,
      values,
    });
    return { count: Number(rows[0]?.count), changesNext: rows[0]?.changes_next ?? '0' };
  }

  /**
   * Streams all contacts in the order of ADDRESS, one JSON object per line. Memory use does not depend on their number.
   *
   * @returns the lines, and the number of the last change that they contain
   */
  async stream(
    accountId: number,
    query: ContactListFilter & ContactForm,
  ): Promise<{ changesNext: string; lines: Readable }> {
    const { before, rows } = await copySnapshot<{ feed_latest: string }>(
      this.streams,
      { text: CHANGES_NEXT, values: [accountId] },
      toLinesSql(accountId, query),
    );
    return { changesNext: before?.feed_latest ?? '0', lines: rows };
  }

  /**
   * Returns when an about last expired, which changes the contact but not the revision of the account. Null if no about
   * has expired, or if the field is not selected.
   */
  async findLastExpiry(accountId: number, fields?: readonly ContactField[]): Promise<Date | null> {
    if (fields && !fields.includes('about')) return null;
    const { rows } = await this.pool.query<{ last: Date | null }>({
      text: `SELECT max(text_status_expires_at) AS last FROM contact
        WHERE account_id = $1 AND text_status_expires_at <= now()`,
      values: [accountId],
    });
    return rows[0]?.last ?? null;
  }
}

/** The only row of the result. All but the last column are null if there are no contacts. */
interface PageRow {
  items: string | null;
  address: string | null;
  key: string | null;
  has_more: boolean;
  changes_next: string | null;
}

/**
 * Returns the query of all contacts as SQL without parameters. Sorts contacts before it converts them to JSON, because
 * JSON needs more memory. Exported for benchmarks.
 */
export function toLinesSql(
  accountId: number,
  { pathPrefix, fields, ...filter }: ContactListFilter & ContactForm,
): string {
  const conditions = listedContacts(accountId, filter, pg.escapeLiteral);
  return `SELECT ${contactJson(accountId, { pathPrefix, fields })}
    FROM (SELECT c.* FROM contact c WHERE ${conditions.join(' AND ')} ORDER BY ${ADDRESS} OFFSET 0) c`;
}

/** Returns the query of a page as SQL. Exported for benchmarks. */
export function toSql(accountId: number, query: ContactListQuery): { text: string; values: unknown[] } {
  const { limit, sort, after, search } = query;
  const values: unknown[] = [accountId, limit];
  const add = (value: string) => `$${values.push(value)}`;
  const order = ORDERS[sort];
  const place = after ? [order.after(after, add)] : [];
  const found = [...listedContacts(accountId, query, add), ...place];
  const listed = [...listedContacts(accountId, ALL_CONTACTS, add), ...place];
  const isSearch = search !== null && order.isIndexed;
  const rows = isSearch ? searched(found, listed, order) : sorted(found, order);
  const text = `
    SELECT string_agg(item, ',' ORDER BY place) FILTER (WHERE place <= $2) AS items,
      max(address) FILTER (WHERE place = $2) AS address, max(key) FILTER (WHERE place = $2) AS key,
      count(*) > $2 AS has_more, (${CHANGES_NEXT}) AS changes_next
    FROM (
      SELECT row_number() OVER (ORDER BY ${order.by}) AS place, ${ADDRESS} AS address, ${order.key} AS key,
        ${contactJson(accountId, query)}::text AS item
      FROM (${rows}) c
    ) page`;
  return { text, values };
}

function sorted(conditions: string[], { by }: Order): string {
  return `SELECT c.* FROM contact c WHERE ${conditions.join(' AND ')} ORDER BY ${by} LIMIT $2::int + 1`;
}

/**
 * Returns the rows of a page of a search. Postgres expects matches everywhere in an order, but names that begin with Z
 * are all at its end. So it first searches the next part of the order, and sorts all matches if it contains too few.
 */
function searched(found: string[], listed: string[], order: Order): string {
  const isMatch = found.join(' AND ');
  return `WITH near AS MATERIALIZED (
      SELECT c.* FROM (
        SELECT c.* FROM contact c WHERE ${listed.join(' AND ')} ORDER BY ${order.by} LIMIT ($2::int + 1) * ${NEAR}
      ) c
      WHERE ${isMatch} LIMIT $2::int + 1
    )
    SELECT * FROM near WHERE (SELECT count(*) FROM near) > $2
    UNION ALL (
      SELECT c.* FROM (SELECT c.* FROM contact c WHERE ${isMatch} OFFSET 0) c
      WHERE (SELECT count(*) FROM near) <= $2
      ORDER BY ${order.by} LIMIT $2::int + 1
    )`;
}
