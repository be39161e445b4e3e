import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { Pool } from 'pg';
import { DataSource } from 'typeorm';
import { channelSql } from '../database/database-schema.js';
import { poolOf } from '../database/postgres-pool.js';
import type { ChangeKind, SessionEvent } from './change.js';
import { ChangesGone } from './feed.errors.js';
import { FEED_CHANNEL } from './feed-channel.js';

/** A row of the feed; see Change. */
export interface ChangeRow {
  seq: number;
  at: Date;
  kind: ChangeKind;
  contactId: string | null;
  jid: string | null;
  lid: string | null;
  fields: string[] | null;
  mergedInto: string | null;
  contact: object | null;
  session: SessionEvent | null;
}

/** The columns of a ChangeRow. Numbers are below 2^53. As JSON, they are exact with any extra_float_digits. */
export const CHANGE_COLUMNS = `to_json(seq) AS seq, at, kind, contact_id AS "contactId", jid, lid, fields,
  merged_into AS "mergedInto", contact, session`;

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
}

const BOUNDS = `a.feed_start AS start, a.feed_latest AS latest, a.feed_pruned_to AS "prunedTo"`;

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
    accountId: number,
    after: number | null,
    limit: number,
    kinds: readonly ChangeKind[] | null = null,
  ): Promise<FeedPage> {
    const readAtMs = performance.now();
    const { rows } = await this.pool.query<Bounds & { change: ChangeRow | null } & Partial<ChangeRow>>({
      text: `SELECT ${BOUNDS}, c.*
        FROM account a LEFT JOIN LATERAL (
          SELECT ${CHANGE_COLUMNS} FROM change
          WHERE account_id = a.id AND change.seq > coalesce($2, a.feed_pruned_to, 0)
            AND change.seq <= coalesce(greatest($2, a.feed_pruned_to, a.feed_start) + $5::bigint, a.feed_latest)
            AND ($4::text[] IS NULL OR kind = ANY ($4))
          ORDER BY change.seq LIMIT $3
        ) c ON true WHERE a.id = $1 ORDER BY c.seq::text::bigint`,
      values: [accountId, after, limit, kinds, kinds && SEARCHED_CHANGES],
    });
    const [first] = rows;
    if (!first) throw new ChangesGone(after ?? 0, 'its address book has been deleted');
    const begin = startOf(after, first);
    const found = rows.flatMap(({ start: _, latest: __, prunedTo: ___, ...row }) =>
      row.seq === null ? [] : [row as ChangeRow],
    );
    const latest = Number(first.latest);
    const searchedTo = kinds ? Math.max(begin, Number(first.start)) + SEARCHED_CHANGES : latest;
    const last = found.length === limit ? found.at(-1) : undefined;
    const next = last?.seq ?? Math.min(latest, searchedTo);
    return { rows: found, next, latest, readAtMs };
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
