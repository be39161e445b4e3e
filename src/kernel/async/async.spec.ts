import { describe, expect, it, jest } from '@jest/globals';
import { FailureLog } from '../logging/failure-log.js';
import { Log } from '../logging/log.js';
import { repeat, SKIPPED } from './repeat.js';
import { SingleFlight } from './single-flight.js';

describe('repeat', () => {
  it('continues after a failure, and ends when it is aborted', async () => {
    const stop = new AbortController();
    let runs = 0;
    await repeat(
      { everyMs: 1, signal: stop.signal, failure: new FailureLog(new Log('Test'), 'Working') },
      async () => {
        runs += 1;
        if (runs === 1) throw new Error('refused');
        if (runs === 3) stop.abort();
      },
    );
    expect(runs).toBe(3);
  });

  it('does not log a recovery after work that was skipped', async () => {
    const stop = new AbortController();
    const failure = new FailureLog(new Log('Test'), 'Working');
    const recovered = jest.spyOn(failure, 'recovered');
    await repeat({ everyMs: 1, signal: stop.signal, failure }, async () => {
      stop.abort();
      return SKIPPED;
    });
    expect(recovered).not.toHaveBeenCalled();
  });

  it('does not wait for the end of the pause when it is aborted', async () => {
    const stop = new AbortController();
    const failure = new FailureLog(new Log('Test'), 'Working');
    const ended = repeat({ everyMs: 3_600_000, signal: stop.signal, failure }, async () => {});
    setImmediate(() => stop.abort());
    await ended;
  });
});

describe('SingleFlight', () => {
  it('shares a running call, and starts another after it has ended', async () => {
    const flights = new SingleFlight<string, number>();
    let calls = 0;
    const work = async () => (calls += 1);
    await expect(Promise.all([flights.run('a', work), flights.run('a', work)])).resolves.toEqual([1, 1]);
    await expect(flights.run('a', work)).resolves.toBe(2);
  });

  it('returns an error to all callers, and does not keep it', async () => {
    const flights = new SingleFlight<string, number>();
    const failing = async () => Promise.reject(new Error('refused'));
    const first = flights.run('a', failing);
    await expect(flights.run('a', failing)).rejects.toThrow('refused');
    await expect(first).rejects.toThrow('refused');
    await expect(flights.run('a', async () => 1)).resolves.toBe(1);
  });
});
