import { afterEach, describe, expect, it } from '@jest/globals';
import { ALL_SESSIONS, logLevels } from './log-levels.js';

afterEach(() => logLevels.replace([]));

describe('log levels', () => {
  it('uses the configured level without an override', () => {
    expect(logLevels.includes('info', 'sales', 'info')).toBe(true);
    expect(logLevels.includes('debug', 'sales', 'info')).toBe(false);
    expect(logLevels.includes('error', undefined, 'error')).toBe(true);
    expect(logLevels.includes('fatal', undefined, 'silent')).toBe(false);
  });

  it('applies a level to one session', () => {
    logLevels.replace([{ session: 'sales', level: 'debug' }]);
    expect(logLevels.includes('debug', 'sales', 'info')).toBe(true);
    expect(logLevels.includes('trace', 'sales', 'info')).toBe(false);
    expect(logLevels.includes('debug', 'support', 'info')).toBe(false);
    expect(logLevels.includes('debug', undefined, 'info')).toBe(false);
  });

  it('applies a level to all sessions and other work, except to sessions with another level', () => {
    logLevels.replace([
      { session: ALL_SESSIONS, level: 'warn' },
      { session: 'sales', level: 'debug' },
      { session: 'support', level: 'silent' },
    ]);
    expect(logLevels.includes('info', 'other', 'trace')).toBe(false);
    expect(logLevels.includes('warn', undefined, 'error')).toBe(true);
    expect(logLevels.includes('debug', 'sales', 'info')).toBe(true);
    expect(logLevels.includes('fatal', 'support', 'info')).toBe(false);
  });

  it('returns to the configured level when the override ends', () => {
    logLevels.replace([{ session: 'sales', level: 'debug' }]);
    logLevels.replace([]);
    expect(logLevels.includes('debug', 'sales', 'info')).toBe(false);
  });
});
