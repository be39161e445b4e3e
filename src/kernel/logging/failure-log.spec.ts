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
});
