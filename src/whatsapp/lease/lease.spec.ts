import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { SessionName } from '../../kernel/identifiers/session-name.js';
import type { LogEntry } from '../../kernel/logging/log.js';
import { failingMs, Lease } from './lease.js';
import type { LeaseRepository } from './lease.repository.js';

const SESSIONS = 100;

/** Stores nothing; fails as long as `isDown`. */
class Database {
  isDown = true;

  readonly transaction = async () => {
    if (this.isDown) throw Object.assign(new Error('could not extend file'), { code: '53100' });
    return undefined as never;
  };
}

describe('Lease', () => {
  let lines: string[];

  beforeEach(() => {
    jest.useFakeTimers();
    lines = [];
    for (const level of ['warn', 'log'] as const)
      jest.spyOn(Logger.prototype, level).mockImplementation((entry: unknown) => {
        lines.push(`${level} ${(entry as LogEntry).message}`);
      });
    jest.spyOn(Logger.prototype, 'debug').mockReturnValue();
  });

  afterEach(() => {
    jest.restoreAllMocks();
    jest.useRealTimers();
  });

  it('logs an outage once for all sessions and their retries, and reports how long writes have failed', async () => {
    const database = new Database();
    const sessions = Array.from({ length: SESSIONS }, (_, at) => `session-${at}` as SessionName);
    const leases = sessions.map(
      (session) => new Lease({ session, token: '1' }, database as unknown as LeaseRepository, () => true),
    );
    expect(failingMs()).toBe(0);
    const written = Promise.all(leases.map((lease) => lease.transaction(async () => undefined)));
    await jest.advanceTimersByTimeAsync(30_000);
    expect(lines).toEqual(['warn Accessing database failed']);
    expect(failingMs()).toBeGreaterThanOrEqual(30_000);
    database.isDown = false;
    await jest.advanceTimersByTimeAsync(1_000);
    await written;
    expect(lines).toEqual(['warn Accessing database failed', 'log Accessing database recovered']);
    expect(failingMs()).toBe(0);
  });
});
