import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { FailureLog } from './failure-log.js';
import { Log, type LogValues } from './log.js';

describe('FailureLog', () => {
  afterEach(() => {
    jest.useRealTimers();
  });

  it('logs when a failure begins, once a minute, and when it ends', () => {
    jest.useFakeTimers();
    const written: string[] = [];
    const log = new Log('Test');
    jest.spyOn(log, 'debug').mockReturnValue();
    for (const level of ['warn', 'info'] as const)
      jest.spyOn(log, level).mockImplementation((values: LogValues, message: string) => {
        written.push(`${level} ${message} ${String(values.err ?? values.durationMs)}`);
      });
    const failure = new FailureLog(log, 'Polling');
    failure.recovered();
    for (let second = 0; second < 90; second += 1) {
      failure.failed(new Error('refused'));
      jest.advanceTimersByTime(1_000);
    }
    failure.recovered();
    failure.recovered();
    expect(written).toEqual([
      'warn Polling failed Error: refused',
      'warn Polling failed Error: refused',
      'info Polling recovered 90000',
    ]);
  });

  it('logs at most every 10 s while failures and successes alternate', () => {
    jest.useFakeTimers();
    const log = new Log('Test');
    jest.spyOn(log, 'debug').mockReturnValue();
    const warn = jest.spyOn(log, 'warn').mockReturnValue();
    const info = jest.spyOn(log, 'info').mockReturnValue();
    const failure = new FailureLog(log, 'Polling');
    for (let tenth = 0; tenth < 300; tenth += 1) {
      failure.failed(new Error('refused'));
      failure.recovered();
      jest.advanceTimersByTime(100);
    }
    expect([warn.mock.calls.length, info.mock.calls.length]).toEqual([3, 3]);
  });
});
