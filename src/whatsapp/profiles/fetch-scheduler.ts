import { Injectable, Logger } from '@nestjs/common';
import pTimeout from 'p-timeout';
import { ProfileFetchesRepository } from '../../contacts/fetches/profile-fetches.repository.js';

/** How soon a request of the API, or of a notification, is seen. */
const TICK_MS = 300;
/** A database that has gone without a word must not keep all sessions waiting. */
const ANSWER_TIMEOUT_MS = 10_000;

/** `requested`: those whom a caller or a notification asked for. */
export type Due = 'requested' | 'anybody';

/** One account's people who are due, over one connection. */
export interface FetchQueue {
  readonly accountId: number;
  /** Who may be fetched at this moment; null: nobody. */
  wants(): Due | null;
  /** Somebody is due. Resolves when they are fetched, or cannot be. */
  fetchDue(): Promise<void>;
  /** Nobody is due of those whom it wants. */
  nobodyDue(): void;
}

/** Wakes the queues of all sessions of a thread whose accounts have people who are due: one statement each tick. */
@Injectable()
export class FetchScheduler {
  private readonly logger = new Logger(FetchScheduler.name);
  private readonly queues = new Set<FetchQueue>();
  private readonly busy = new Set<FetchQueue>();
  private timer: NodeJS.Timeout | undefined;
  private isLooking = false;

  constructor(private readonly fetches: ProfileFetchesRepository) {}

  add(queue: FetchQueue): void {
    this.queues.add(queue);
    this.timer ??= setInterval(() => void this.tick(), TICK_MS);
  }

  remove(queue: FetchQueue): void {
    this.queues.delete(queue);
    if (this.queues.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private async tick(): Promise<void> {
    if (this.isLooking) return;
    this.isLooking = true;
    try {
      await this.look();
    } catch (error) {
      this.logger.warn(`Cannot look for profiles to fetch: ${(error as Error).message}`);
    } finally {
      this.isLooking = false;
    }
  }

  private async look(): Promise<void> {
    const idle = [...this.queues].filter((queue) => !this.busy.has(queue));
    const wanting = idle.map((queue) => ({ queue, wants: queue.wants() }));
    const accounts = (due: Due) =>
      wanting.filter(({ wants }) => wants === due).map(({ queue }) => queue.accountId);
    const [requested, anybody] = [accounts('requested'), accounts('anybody')];
    if (requested.length + anybody.length === 0) return;
    const found = this.fetches.findAccountsDue({ requested, anybody });
    const due = new Set(await pTimeout(found, { milliseconds: ANSWER_TIMEOUT_MS }));
    for (const { queue, wants } of wanting) {
      if (due.has(queue.accountId)) void this.run(queue);
      else if (wants === 'anybody') queue.nobodyDue();
    }
  }

  private async run(queue: FetchQueue): Promise<void> {
    this.busy.add(queue);
    await queue.fetchDue().finally(() => this.busy.delete(queue));
  }
}
