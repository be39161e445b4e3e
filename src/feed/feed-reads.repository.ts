import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { Pool } from 'pg';
import { DataSource } from 'typeorm';
import { boundedQuery } from '../database/bounded-query.js';
import { channelSql } from '../database/database-schema.js';
import { poolOf } from '../database/postgres-pool.js';
import type { SessionName } from '../kernel/identifiers/session-name.js';
import type { ChangeKind, SessionEvent, WebhookEvent } from './change.js';
import { ChangesGone } from './feed.errors.js';
import { FEED_CHANNEL } from './feed-channel.js';

/** A row of the feed; see Change. */
export interface ChangeRow {
  seq: number;
  at: Date;
  kind: ChangeKind;
  /** As callers see it, like `mergedInto`. */
  contactId: string | null;
  jid: string | null;
  lid: string | null;
  fields: string[] | null;
  mergedInto: string | null;
  /** See Change. */
  contact: object | null;
  session: SessionEvent | null;
  webhook: WebhookEvent | null;
}

/** The feed of an account, which can be read only through the session that has the account. */
export interface Feed {
  accountId: number;
  session: SessionName;
}

/**
 * The columns of a ChangeRow, from row `change` and its account `a`. Numbers are below 2^53. As JSON, they are exact
 * with any extra_float_digits.
 */
export const CHANGE_COLUMNS = `to_json(change.seq) AS seq, change.at, change.kind,
  a.contact_id_prefix || change.contact_id AS "contactId", change.jid, change.lid, change.fields,
  a.contact_id_prefix || change.merged_into AS "mergedInto", change.contact, change.session, change.webhook`;

/** Changes that a filtered page searches, so that its cost has a limit. */
const SEARCHED_CHANGES = 10_000;

export interface FeedPage {
  /** In the order of their numbers, without gaps except for changes of other kinds. */
  rows: ChangeRow[];
  /** The next page begins after this number. With a filter, it can be greater than the number of the last row. */
  next: number;
  /** Number of the last change in the feed. */
  latest: number;
  /** Start of the query, as `performance.now()`. The page contains all changes committed before. */
  readAtMs: number;
}

/** First and last numbers of an account's feed. They stay below 2^53 for the next 200 years. */
interface Bounds {
  start: string;
  latest: string;
  prunedTo: string | null;
  /** Session that has the account; null if it was deleted. */
  holder: SessionName | null;
}

const BOUNDS = `a.feed_start AS start, a.feed_latest AS latest, a.feed_pruned_to AS "prunedTo",
  (SELECT name FROM session WHERE account_id = a.id) AS holder`;

/** Selects changes. Without `after` and `since`, the latest ones. */
export interface ChangeSearch {
  /** Number of a change; null to begin with the oldest stored one. */
  after: number | null;
  since: Date | null;
  /** Includes its millisecond. */
  until: Date | null;
  /** Null for all. */
  kinds: readonly ChangeKind[] | null;
  limit: number;
}

/** A search may read all stored changes of the account. */
const MAX_SEARCH_MS = 10_000;

type PageRow = Bounds & { change: ChangeRow | null } & Partial<ChangeRow>;

@Injectable()
export class FeedReadsRepository {
  private readonly pool: Pool;

  constructor(@InjectDataSource() dataSource: DataSource) {
    this.pool = poolOf(dataSource);
  }

  /**
   * Reads a page from one snapshot: it contains every change of these kinds up to `next`.
   *
   * @param after null: from the oldest stored change
   * @param kinds null: all
   * @throws ChangesGone
   */
  async read(
    feed: Feed,
    after: number | null,
    limit: number,
    kinds: readonly ChangeKind[] | null = null,
  ): Promise<FeedPage> {
    const readAtMs = performance.now();
    const { rows } = await this.pool.query<PageRow>({
      text: `SELECT ${BOUNDS}, c.*
        FROM account a LEFT JOIN LATERAL (
          SELECT ${CHANGE_COLUMNS} FROM change
          WHERE account_id = a.id AND change.seq > coalesce($2, a.feed_pruned_to, 0)
            AND change.seq <= coalesce(greatest($2, a.feed_pruned_to, a.feed_start) + $5::bigint, a.feed_latest)
            AND ($4::text[] IS NULL OR kind = ANY ($4))
          ORDER BY change.seq LIMIT $3
        ) c ON true WHERE a.id = $1 ORDER BY c.seq::text::bigint`,
      values: [feed.accountId, after, limit, kinds, kinds && SEARCHED_CHANGES],
    });
    const { begin, latest } = boundsOf(rows, feed, after);
    const found = changesOf(rows);
    const searchedTo = kinds ? Math.max(begin, Number(rows[0]?.start)) + SEARCHED_CHANGES : latest;
    const last = found.length === limit ? found.at(-1) : undefined;
    return { rows: found, next: last?.seq ?? Math.min(latest, searchedTo), latest, readAtMs };
  }

  /**
   * Finds changes by time, or the latest ones. Reads as many as necessary, unlike read().
   *
   * @returns the changes in the order of their numbers. After `next`, there may be more that match
   * @throws ChangesGone; the Postgres error 57014 when the time is up
   */
  async search(feed: Feed, { after, since, until, kinds, limit }: ChangeSearch): Promise<FeedPage> {
    const readAtMs = performance.now();
    const areLatest = after === null && since === null;
    const { rows } = await boundedQuery<PageRow>(this.pool, MAX_SEARCH_MS, {
      text: `SELECT ${BOUNDS}, c.*
        FROM account a LEFT JOIN LATERAL (
          SELECT ${CHANGE_COLUMNS} FROM change
          WHERE account_id = a.id AND change.seq > coalesce($2, a.feed_pruned_to, 0)
            AND ($4::timestamptz IS NULL OR at >= $4)
            AND ($5::timestamptz IS NULL OR at < $5 + interval '1 ms') AND ($6::text[] IS NULL OR kind = ANY ($6))
          ORDER BY change.seq ${areLatest ? 'DESC' : 'ASC'} LIMIT $3
        ) c ON true WHERE a.id = $1 ORDER BY c.seq::text::bigint`,
      values: [feed.accountId, after, limit, since, until, kinds],
    });
    const { latest } = boundsOf(rows, feed, after);
    const found = changesOf(rows);
    const isFull = !areLatest && found.length === limit;
    return { rows: found, next: isFull ? (found.at(-1)?.seq ?? latest) : latest, latest, readAtMs };
  }

  /** Notifies all listeners. Fails on a standby. */
  async notify(payload: string): Promise<void> {
    await this.pool.query({
      text: `SELECT pg_notify(${channelSql('$1')}, $2)`,
      values: [FEED_CHANNEL, payload],
    });
  }

  /** Returns the last numbers of the accounts that have changes after the known ones. */
  async findGrown(known: ReadonlyMap<number, number>): Promise<Map<number, number>> {
    const { rows } = await this.pool.query<{ id: number; latest: string }>({
      text: `SELECT a.id, a.feed_latest AS latest FROM unnest($1::int[], $2::bigint[]) AS known (id, latest)
        JOIN account a ON a.id = known.id WHERE a.feed_latest > known.latest`,
      values: [[...known.keys()], [...known.values()]],
    });
    return new Map(rows.map(({ id, latest }) => [id, Number(latest)]));
  }
}

/** @throws ChangesGone if the session does not have the account, or changes after the number are not stored */
function boundsOf(
  [first]: PageRow[],
  { session }: Feed,
  after: number | null,
): { begin: number; latest: number } {
  if (!first) throw new ChangesGone(after ?? 0, 'its address book has been deleted');
  if (first.holder !== session)
    throw new ChangesGone(after ?? 0, `the account is no longer linked through the session "${session}"`);
  return { begin: startOf(after, first), latest: Number(first.latest) };
}

function changesOf(rows: PageRow[]): ChangeRow[] {
  return rows.flatMap(({ start: _, latest: __, prunedTo: ___, holder: ____, ...row }) =>
    row.seq === null ? [] : [row as ChangeRow],
  );
}

/**
 * Returns the number that a reader continues after. Rejects numbers of another account and of changes that a restored
 * backup does not contain, because the copy of such a reader differs from the list.
 *
 * @throws ChangesGone
 */
function startOf(after: number | null, bounds: Bounds): number {
  const [start, latest] = [Number(bounds.start), Number(bounds.latest)];
  const oldest = Number(bounds.prunedTo ?? bounds.start);
  if (after === null) return oldest;
  if (after > latest) throw new ChangesGone(after, `the last change has the number ${latest}`);
  if (after >= oldest || (after === 0 && bounds.prunedTo === null)) return after;
  throw after < start
    ? new ChangesGone(after, `the changes of this address book begin after ${start}`)
    : ChangesGone.pruned(after, oldest);
}
