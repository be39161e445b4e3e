import { Injectable } from '@nestjs/common';
import { isDatabaseUnavailable } from '../database/database-errors.js';
import { pause } from '../kernel/async/pause.js';
import { SingleFlight } from '../kernel/async/single-flight.js';
import type { ChangeKind } from './change.js';
import { FeedMonitor } from './feed-monitor.js';
import { type Feed, type FeedPage, FeedReadsRepository } from './feed-reads.repository.js';

const PAGE_ROWS = 200;
const RETRY_MS = 1_000;

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
   * database is unavailable. Pages without rows only advance the position.
   *
   * @param kinds null: all
   * @throws ChangesGone if changes are pruned before they are read, or the account is linked through another session
   */
  async *follow(
    feed: Feed,
    after: number,
    kinds: readonly ChangeKind[] | null,
    signal: AbortSignal,
  ): AsyncGenerator<FeedPage> {
    let position = after;
    while (!signal.aborted) {
      const page = await this.tryToRead(feed, position, kinds);
      if (!page) {
        await pause(RETRY_MS, signal);
        continue;
      }
      if (page.next > position) {
        position = page.next;
        yield page;
      }
      if (page.rows.length === 0 && page.next === page.latest) await this.grown(feed, page, signal);
    }
  }

  private async tryToRead(
    feed: Feed,
    after: number,
    kinds: readonly ChangeKind[] | null,
  ): Promise<FeedPage | null> {
    try {
      return await this.read(feed, after, PAGE_ROWS, kinds);
    } catch (error) {
      if (isDatabaseUnavailable(error)) return null;
      throw error;
    }
  }
}
