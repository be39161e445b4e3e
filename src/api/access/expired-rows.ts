import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { IdempotentRequestsRepository } from '../../access/idempotent-requests.repository.js';
import { StreamTicketsRepository } from '../../access/stream-tickets.repository.js';
import { repeat } from '../../kernel/async/repeat.js';
import { FailureLog } from '../../kernel/logging/failure-log.js';
import { Log } from '../../kernel/logging/log.js';

const EVERY_MS = 10 * 60_000;

/** Deletes expired tickets and stored responses, which can contain a new key. Several processes may do so at once. */
@Injectable()
export class ExpiredRows implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly stop = new AbortController();
  private readonly failure = new FailureLog(new Log(ExpiredRows.name), 'Deleting expired rows');

  constructor(
    private readonly requests: IdempotentRequestsRepository,
    private readonly tickets: StreamTicketsRepository,
  ) {}

  onApplicationBootstrap(): void {
    const options = { everyMs: EVERY_MS, signal: this.stop.signal, failure: this.failure };
    void repeat(options, async () => {
      await this.requests.deleteExpired();
      await this.tickets.deleteExpired();
    });
  }

  onApplicationShutdown(): void {
    this.stop.abort();
  }
}
