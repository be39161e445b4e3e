import { Injectable } from '@nestjs/common';
import pTimeout from 'p-timeout';
import {
  type AccountsByLane,
  FETCH_LANES,
  type FetchLane,
  ProfileFetchesRepository,
} from '../../contacts/fetches/profile-fetches.repository.js';
import { repeat } from '../../kernel/async/repeat.js';
import { FailureLog } from '../../kernel/logging/failure-log.js';
import { Log } from '../../kernel/logging/log.js';

/** Maximum delay of a request by the API or a notification. */
const CHECK_EVERY_MS = 300;
/** Without a limit, one query without a response would block all sessions. */
const QUERY_TIMEOUT_MS = 10_000;

/** Profiles of one account that are due, fetched over one connection. */
export interface FetchQueue {
  readonly accountId: number;
  /** Returns the lanes in which profiles may be fetched now. */
  openLanes(): FetchLane[];
  /** Fetches profiles that are due in a lane. Never rejects. */
  fetchDue(lane: FetchLane): Promise<void>;
  /** Called if no profile is due in a lane. */
  noneDue(lane: FetchLane): void;
}

/** Finds the accounts with due profiles, for all sessions of a thread in one query, and starts their queues. */
@Injectable()
export class FetchScheduler {
  /** Shared by all sessions, because an outage affects all of them. */
  private static readonly failure = new FailureLog(
    new Log('FetchScheduler'),
    'Looking for profiles to fetch',
  );
  private readonly queues = new Set<FetchQueue>();
  private readonly busy = new Set<FetchQueue>();
  private running: AbortController | null = null;

  constructor(private readonly fetches: ProfileFetchesRepository) {}

  add(queue: FetchQueue): void {
    this.queues.add(queue);
    if (this.running) return;
    this.running = new AbortController();
    const { signal } = this.running;
    void repeat({ everyMs: CHECK_EVERY_MS, signal, failure: FetchScheduler.failure }, () => this.check());
  }

  remove(queue: FetchQueue): void {
    this.queues.delete(queue);
    if (this.queues.size > 0) return;
    this.running?.abort();
    this.running = null;
  }

  private async check(): Promise<void> {
    const open = [...this.queues]
      .filter((queue) => !this.busy.has(queue))
      .map((queue) => ({ queue, lanes: queue.openLanes() }));
    const accounts = Object.fromEntries(
      FETCH_LANES.map((lane) => [
        lane,
        open.filter(({ lanes }) => lanes.includes(lane)).map(({ queue }) => queue.accountId),
      ]),
    ) as AccountsByLane;
    if (Object.values(accounts).every((list) => list.length === 0)) return;
    const found = this.fetches.findAccountsDue(accounts);
    const due = await pTimeout(found, { milliseconds: QUERY_TIMEOUT_MS });
    for (const { queue, lanes } of open) {
      const lane = FETCH_LANES.find((each) => lanes.includes(each) && due[each].includes(queue.accountId));
      for (const each of lanes) if (!due[each].includes(queue.accountId)) queue.noneDue(each);
      if (lane && !this.busy.has(queue)) void this.run(queue, lane);
    }
  }

  private async run(queue: FetchQueue, lane: FetchLane): Promise<void> {
    this.busy.add(queue);
    await queue.fetchDue(lane).finally(() => this.busy.delete(queue));
  }
}
