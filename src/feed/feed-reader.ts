import { Injectable } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDatabaseUnavailable } from '../database/database-errors.js';
import { type FeedPage, FeedReadsRepository } from './feed-reads.repository.js';
import { FeedMonitor } from './feed-monitor.js';

/** Of one page of those who follow a feed. */
const PAGE_ROWS = 200;
const TRY_AGAIN_MS = 1_000;

/** Reads feeds for many at once: who stands at the same place at the same moment shares one query. */
@Injectable()
export class FeedReader {
  private readonly reading = new Map<string, Promise<FeedPage>>();

  constructor(
    private readonly reads: FeedReadsRepository,
    private readonly watch: FeedMonitor,
  ) {}

  /**
   * @param after null: from the oldest change that is kept
   * @throws ChangesGone
   */
  async read(accountId: number, after: number | null, limit = PAGE_ROWS): Promise<FeedPage> {
    const key = `${accountId} ${after} ${limit}`;
    const shared = this.reading.get(key);
    if (shared) return shared;
    const reading = this.reads.read(accountId, after, limit).finally(() => this.reading.delete(key));
    this.reading.set(key, reading);
    return reading;
  }

  /** Resolves when there may be changes after a page, or when the signal is aborted. */
  grown(accountId: number, page: FeedPage, signal: AbortSignal): Promise<void> {
    return this.watch.grown(accountId, page, signal);
  }

  /**
   * All that comes after a number, as it comes, until the signal is aborted. While the database is away, nothing does.
   * @throws ChangesGone when the reader has been slower than changes are kept
   */
  async *follow(accountId: number, after: number, signal: AbortSignal): AsyncGenerator<FeedPage> {
    let position = after;
    while (!signal.aborted) {
      const page = await this.tryToRead(accountId, position);
      if (!page) await sleep(TRY_AGAIN_MS, undefined, { signal }).catch(() => {});
      else if (page.rows.length === 0) await this.grown(accountId, page, signal);
      else {
        position = page.next;
        yield page;
      }
    }
  }

  private async tryToRead(accountId: number, after: number): Promise<FeedPage | null> {
    try {
      return await this.read(accountId, after);
    } catch (error) {
      if (isDatabaseUnavailable(error)) return null;
      throw error;
    }
  }
}
