import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { Pool } from 'pg';
import { DataSource } from 'typeorm';
import { poolOf } from '../database/postgres-pool.js';
import type { ChangeKind, SessionEvent } from './change.js';
import { FEED_CHANNEL } from './feed-channel.js';
import { ChangesGone } from './feed.errors.js';

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

export interface FeedPage {
  /** In the order of their numbers, without a gap. */
  rows: ChangeRow[];
  /** After which to go on. */
  next: number;
  /** The last number there is. */
  latest: number;
  /** When the database was asked, as performance.now() tells it: what was committed before is here. */
  readAtMs: number;
}

/** Where the feed of an account begins and ends; numbers are below 2^53 for 200 years to come. */
interface Bounds {
  start: string;
  latest: string;
  prunedTo: string | null;
}

const BOUNDS = `a.feed_start AS start, a.feed_latest AS latest, a.feed_pruned_to AS "prunedTo"`;

/** Reads the feeds of accounts. */
@Injectable()
export class FeedReadsRepository {
  private readonly pool: Pool;

  constructor(@InjectDataSource() dataSource: DataSource) {
    this.pool = poolOf(dataSource);
  }

  /**
   * @param after null: from the oldest change that is kept
   * @throws ChangesGone
   */
  async read(accountId: number, after: number | null, limit: number): Promise<FeedPage> {
    const readAtMs = performance.now();
    const { rows } = await this.pool.query<Bounds & { change: ChangeRow | null } & Partial<ChangeRow>>({
      text: `SELECT ${BOUNDS}, c.seq, c.at, c.kind, c.contact_id AS "contactId", c.jid, c.lid, c.fields,
          c.merged_into AS "mergedInto", c.contact, c.session
        FROM account a LEFT JOIN LATERAL (
          SELECT * FROM change WHERE account_id = a.id AND seq > coalesce($2, a.feed_pruned_to, 0) ORDER BY seq LIMIT $3
        ) c ON true WHERE a.id = $1 ORDER BY c.seq`,
      values: [accountId, after, limit],
    });
    const [first] = rows;
    if (!first) throw new ChangesGone(after ?? 0, 'its address book has been deleted');
    const begin = beginning(after, first);
    const found = rows.flatMap(({ start: _, latest: __, prunedTo: ___, ...row }) =>
      row.seq === null ? [] : [{ ...row, seq: Number(row.seq) } as ChangeRow],
    );
    return { rows: found, next: found.at(-1)?.seq ?? begin, latest: Number(first.latest), readAtMs };
  }

  /** Reaches whoever listens directly. */
  async notify(payload: string): Promise<void> {
    await this.pool.query({ text: 'SELECT pg_notify($1, $2)', values: [FEED_CHANNEL, payload] });
  }

  /** @returns of those that have gone past what is known, the accounts and their last numbers */
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
 * Checks where a reader wants to go on. Numbers of another account, and those from before a restored backup, are not this feed's:
 * who goes on from them has a copy of something else.
 * @throws ChangesGone
 */
function beginning(after: number | null, bounds: Bounds): number {
  const [start, latest] = [Number(bounds.start), Number(bounds.latest)];
  const oldest = Number(bounds.prunedTo ?? bounds.start);
  if (after === null) return oldest;
  if (after > latest) throw new ChangesGone(after, `the last change has the number ${latest}`);
  if (after >= oldest || (after === 0 && bounds.prunedTo === null)) return after;
  throw after < start
    ? new ChangesGone(after, `the changes of this address book begin after ${start}`)
    : ChangesGone.pruned(after, oldest);
}
