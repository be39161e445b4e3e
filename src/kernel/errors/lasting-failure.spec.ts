import { describe, expect, it, jest } from '@jest/globals';
import type { Logger } from '@nestjs/common';
import { LastingFailure } from './lasting-failure.js';

describe('a failure that lasts', () => {
  it('is told when it begins, once a minute, and when it ends', () => {
    jest.useFakeTimers();
    const told: string[] = [];
    const tell = (level: string) => (message: string) => told.push(`${level} ${message}`);
    const logger = { warn: tell('warn'), log: tell('log'), debug: () => {} } as unknown as Logger;
    const failure = new LastingFailure(logger, 'Polling');
    failure.worked();
    for (let second = 0; second < 90; second += 1) {
      failure.failed(new Error('refused'));
      jest.advanceTimersByTime(1_000);
    }
    failure.worked();
    failure.worked();
    expect(told).toEqual([
      'warn Polling fails: refused',
      'warn Polling fails: refused',
      'log Polling works again, after 90 s',
    ]);
    jest.useRealTimers();
  });
});
