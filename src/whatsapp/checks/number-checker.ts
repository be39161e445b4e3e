import { randomBytes } from 'node:crypto';
import type { AcceptedChecks, CheckStop, NumberAnswer } from '../../contacts/checks/number-check.js';
import type { NumberChecksRepository } from '../../contacts/checks/number-checks.repository.js';
import { pause } from '../../kernel/async/pause.js';
import type { Phone } from '../../kernel/identifiers/address.js';
import { Log } from '../../kernel/logging/log.js';
import type { DegradationsRepository } from '../../sessions/degradations.repository.js';
import type { Lease } from '../lease/lease.js';
import type { FetchBudget } from '../profiles/fetch-budget.js';
import type { FetchPause } from '../profiles/fetch-pause.js';
import { type ProfileConnection, QueryTimeout, queryWithin } from '../profiles/profile-connection.js';
import { asRateLimited, RateLimited } from '../profiles/profile-errors.js';
import { countedFetch } from '../profiles/profile-fetches.metrics.js';
import { iqErrorCode } from '../wire/iq-error.js';
import { ChecksRefused, numberCheckQuery, readNumberChecks } from './number-check-query.js';

/** Numbers per query. A person who starts chats with new numbers looks up one at a time. */
const BATCH_SIZE = 5;
/** Minimum time between two queries, and between the login and the first one. The maximum is twice as long. */
const QUERY_INTERVAL_MS = 4_000;
/** Less than the time limit of WhatsAppSocket.query, which does not distinguish the lack of a response. */
const QUERY_TIMEOUT_MS = 15_000;
const HOUR_MS = 3_600_000;

type WhatsAppStop = Exclude<CheckStop['reason'], 'reachout_locked'>;

/** How long nothing is checked after WhatsApp has objected. */
const STOP_MS: Record<WhatsAppStop, number> = {
  rate_limited: 24 * HOUR_MS,
  refused: HOUR_MS,
  unanswered: HOUR_MS,
};

const STOP_MESSAGES: Record<WhatsAppStop, string> = {
  rate_limited: 'WhatsApp requires fewer requests (429).',
  refused: 'WhatsApp rejected a number check.',
  unanswered: 'WhatsApp did not answer a number check.',
};

/** The part of SessionContext that is used here. */
interface CheckContext {
  lease: Lease;
  stores: { checks: NumberChecksRepository; degradations: DegradationsRepository };
  budget: FetchBudget;
  pause: FetchPause;
  /** Maximum numbers per day; CHECKS_PER_DAY in Config. */
  checksPerDay: number;
}

/**
 * Queries WhatsApp for whether numbers are registered, over one connection: one query at a time, with few numbers and
 * random pauses in between. The queue is in memory, because callers request a number again if it has no answer.
 *
 * WhatsApp publishes no limits for these queries. Whether this pace is unsuspicious can be verified only with the real
 * server.
 */
export class NumberChecker {
  private readonly log = new Log(NumberChecker.name);
  private readonly closing = new AbortController();
  private readonly queue = new Set<Phone>();
  /** Numbers of the current query. They are in the queue as well, and already counted. */
  private asking: Phone[] = [];
  private isRunning = false;
  /** Time of the next query; null before the connection is open. */
  private nextQueryAtMs: number | null = null;

  constructor(
    private readonly accountId: number,
    private readonly connection: ProfileConnection,
    private readonly context: CheckContext,
    private readonly lockedUntil: () => Promise<Date | null>,
  ) {}

  /** Whether numbers can be added: the device has logged in, and the connection has not ended. */
  get isOpen(): boolean {
    return this.nextQueryAtMs !== null && !this.closing.signal.aborted;
  }

  /** Starts when the connection is open. The first query waits too, so that reconnects do not shorten the pauses. */
  start(): void {
    this.nextQueryAtMs = performance.now() + queryIntervalMs();
  }

  /** Stops for good, because the connection has ended. Numbers in the queue are dropped. */
  close(): void {
    this.closing.abort();
    this.queue.clear();
  }

  /**
   * Queues numbers, as long as the quota of the day lasts. Returns immediately; answers are stored by
   * NumberChecksRepository.
   */
  async add(phones: Phone[]): Promise<AcceptedChecks> {
    const stop = await this.findStop();
    if (stop) return { accepted: [], stop: { ...stop, until: stop.until.toISOString() } };
    const { checksPerDay, lease, stores } = this.context;
    const { used } = await lease.read(() => stores.checks.getQuota(this.accountId));
    for (const phone of phones) {
      const planned = used + this.queue.size - this.asking.length;
      if (planned < checksPerDay) this.queue.add(phone);
    }
    void this.run();
    return { accepted: phones.filter((phone) => this.queue.has(phone)), stop: null };
  }

  private async run(): Promise<void> {
    if (this.isRunning) return;
    this.isRunning = true;
    while (this.queue.size > 0 && this.isOpen) {
      await pause((this.nextQueryAtMs ?? 0) - performance.now(), this.closing.signal);
      if (this.isOpen) await this.checkBatch().catch((error: unknown) => this.recover(error));
    }
    this.isRunning = false;
  }

  /** Sends one query, and stores the answers. */
  private async checkBatch(): Promise<void> {
    if (await this.findStop()) return this.queue.clear();
    const { checksPerDay: limit, lease, stores } = this.context;
    const { accountId } = this;
    const wanted = [...this.queue].slice(0, BATCH_SIZE);
    const options = { wanted: wanted.length, limit };
    const granted = await lease.transaction((tx) => stores.checks.reserve(tx, accountId, options));
    const phones = wanted.slice(0, granted);
    if (granted === 0 || !this.isOpen) return this.queue.clear();
    this.asking = phones;
    const answers = await this.ask(phones);
    await lease.transaction((tx) => stores.checks.save(tx, accountId, answers));
    for (const phone of phones) this.queue.delete(phone);
    this.asking = [];
    this.log.debug({ numbers: phones.length }, 'Numbers checked');
  }

  private async ask(phones: Phone[]): Promise<NumberAnswer[]> {
    const query = numberCheckQuery(phones, randomBytes(8).toString('hex'));
    const request = countedFetch('number_check', queryWithin(this.connection, query, QUERY_TIMEOUT_MS));
    const response = await request.finally(
      () => (this.nextQueryAtMs = performance.now() + queryIntervalMs()),
    );
    return readNumberChecks(response, phones);
  }

  /** Returns why nothing may be checked now: WhatsApp has objected to checks, to profile fetches, or to the account. */
  private async findStop(): Promise<CheckStop | null> {
    const { lease, pause: fetchPause, stores } = this.context;
    const { stop } = await lease.read(() => stores.checks.getQuota(this.accountId));
    if (stop) return stop;
    const lockedUntil = await this.lockedUntil();
    if (lockedUntil) return { reason: 'reachout_locked', until: lockedUntil };
    const { limitedUntil } = fetchPause;
    return limitedUntil && { reason: 'rate_limited', until: limitedUntil };
  }

  /** Nothing is repeated: a failed query counts, and callers request its numbers again. */
  private async recover(error: unknown): Promise<void> {
    this.queue.clear();
    this.asking = [];
    const err = asRateLimited(error);
    const reason = stopReasonOf(err);
    if (reason || !this.closing.signal.aborted) this.log.warn({ err }, 'Checking numbers failed');
    if (!reason) return;
    await this.stop(reason).catch((failure: unknown) =>
      this.log.error({ err: failure, reason }, 'Saving stop of number checks failed'),
    );
  }

  private async stop(reason: WhatsAppStop): Promise<void> {
    const { budget, lease, pause: fetchPause, stores } = this.context;
    const until = new Date(Date.now() + STOP_MS[reason]);
    const message = `${STOP_MESSAGES[reason]} No numbers are checked until ${until.toISOString()}.`;
    await lease.transaction(async (tx) => {
      await stores.checks.stop(tx, this.accountId, { reason, until });
      await stores.degradations.report(tx, lease.session, 'checks_stopped', message, until);
    });
    // The limit is that of the account, so profile fetches slow down as well.
    if (reason !== 'rate_limited') return;
    const resumeAt = new Date(Date.now() + budget.slowDown());
    await fetchPause.pauseUntil(resumeAt, { code: 'rate_limited', message: STOP_MESSAGES.rate_limited });
  }
}

function stopReasonOf(error: unknown): WhatsAppStop | null {
  if (error instanceof RateLimited) return 'rate_limited';
  if (error instanceof QueryTimeout) return 'unanswered';
  return error instanceof ChecksRefused || iqErrorCode(error) !== null ? 'refused' : null;
}

function queryIntervalMs(): number {
  return QUERY_INTERVAL_MS * (1 + Math.random());
}
