import { Injectable, Logger } from '@nestjs/common';
import pTimeout from 'p-timeout';
import { LastingFailure } from '../../kernel/errors/lasting-failure.js';
import {
  type AccountsByLane,
  type FetchLane,
  FETCH_LANES,
  ProfileFetchesRepository,
} from '../../contacts/fetches/profile-fetches.repository.js';

/** How soon a request of the API, or of a notification, is seen. */
const TICK_MS = 300;
/** A database that has gone without a word must not keep all sessions waiting. */
const ANSWER_TIMEOUT_MS = 10_000;

/** One account's people who are due, over one connection. */
export interface FetchQueue {
  readonly accountId: number;
  /** What may be fetched at this moment. */
  wants(): FetchLane[];
  /** Somebody is due in this lane. Resolves when they are fetched, or cannot be. */
  fetchDue(lane: FetchLane): Promise<void>;
  /** Nobody is due in this lane. */
  nobodyDue(lane: FetchLane): void;
}

/** Wakes the queues of all sessions of a thread whose accounts have people who are due: one statement each tick. */
@Injectable()
export class FetchScheduler {
  private readonly logger = new Logger(FetchScheduler.name);
  private readonly looking = new LastingFailure(this.logger, 'Looking for profiles to fetch');
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
      this.looking.worked();
    } catch (error) {
      this.looking.failed(error);
    } finally {
      this.isLooking = false;
    }
  }

  private async look(): Promise<void> {
    const idle = [...this.queues].filter((queue) => !this.busy.has(queue));
    const wanting = idle.map((queue) => ({ queue, lanes: queue.wants() }));
    const accounts = Object.fromEntries(
      FETCH_LANES.map((lane) => [
        lane,
        wanting.filter(({ lanes }) => lanes.includes(lane)).map(({ queue }) => queue.accountId),
      ]),
    ) as AccountsByLane;
    if (Object.values(accounts).every((list) => list.length === 0)) return;
    const found = this.fetches.findAccountsDue(accounts);
    const due = await pTimeout(found, { milliseconds: ANSWER_TIMEOUT_MS });
    for (const { queue, lanes } of wanting) {
      const lane = FETCH_LANES.find((each) => lanes.includes(each) && due[each].includes(queue.accountId));
      for (const each of lanes) if (!due[each].includes(queue.accountId)) queue.nobodyDue(each);
      if (lane) void this.run(queue, lane);
    }
  }

  private async run(queue: FetchQueue, lane: FetchLane): Promise<void> {
    this.busy.add(queue);
    await queue.fetchDue(lane).finally(() => this.busy.delete(queue));
  }
}
