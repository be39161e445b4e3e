import { Injectable } from '@nestjs/common';
import { isDatabaseUnavailable } from '../database/database-errors.js';
import { pause } from '../kernel/async/pause.js';
import { SingleFlight } from '../kernel/async/single-flight.js';
import { DomainError } from '../kernel/errors/domain-error.js';
import type { ChangeKind } from './change.js';
import { ChangesGone } from './feed.errors.js';
import { FeedMonitor } from './feed-monitor.js';
import { type Feed, type FeedPage, FeedReadsRepository } from './feed-reads.repository.js';

const PAGE_ROWS = 200;
const RETRY_MS = 1_000;

export interface FollowOptions {
  /** Null: all. */
  kinds: readonly ChangeKind[] | null;
  /** Runs further filtered reads until the end of the feed, which search many changes. */
  search: (read: () => Promise<FeedPage>) => Promise<FeedPage>;
}

/** Reads feeds for many clients. Clients that read the same page at the same time share one query. */
@Injectable()
export class FeedReader {
  private readonly reading = new SingleFlight<string, FeedPage>();

  constructor(
    private readonly reads: FeedReadsRepository,
    private readonly monitor: FeedMonitor,
  ) {}

  /**
   * @param after null: from the oldest stored change
   * @param kinds null: all
   * @throws ChangesGone
   */
  async read(
    feed: Feed,
    after: number | null,
    limit = PAGE_ROWS,
    kinds: readonly ChangeKind[] | null = null,
  ): Promise<FeedPage> {
    const key = JSON.stringify([feed.accountId, feed.session, after, limit, kinds]);
    return this.reading.run(key, () => this.reads.read(feed, after, limit, kinds));
  }

  /** Resolves when there may be changes after a page, or when the signal is aborted. */
  grown({ accountId }: Feed, page: FeedPage, signal: AbortSignal): Promise<void> {
    return this.monitor.grown(accountId, page, signal);
  }

  /**
   * Yields all changes after a number as they are committed, until the signal is aborted. Yields nothing while the
   * database is unavailable or busy. Pages without rows only advance the position.
   *
   * @throws ChangesGone if changes are pruned before they are read, or the account is linked through another session
   */
  async *follow(
    feed: Feed,
    after: number,
    { kinds, search }: FollowOptions,
    signal: AbortSignal,
  ): AsyncGenerator<FeedPage> {
    let position = after;
    let isBehind = false;
    while (!signal.aborted) {
      const from = position;
      const read = () => this.read(feed, from, PAGE_ROWS, kinds);
      const page = await tryTo(() => (isBehind ? search(read) : read()));
      if (!page) {
        await pause(RETRY_MS, signal);
        continue;
      }
      if (page.next > position) {
        position = page.next;
        yield page;
      }
      isBehind = kinds !== null && page.next < page.latest;
      if (page.rows.length === 0 && !isBehind) await this.grown(feed, page, signal);
    }
  }
}

/** @returns null if the database is unavailable, or the search has to wait for others */
async function tryTo(read: () => Promise<FeedPage>): Promise<FeedPage | null> {
  try {
    return await read();
  } catch (error) {
    if (isDatabaseUnavailable(error)) return null;
    if (error instanceof DomainError && !(error instanceof ChangesGone)) return null;
    throw error;
  }
}
