import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { openDataSource } from '../../test/support/open-data-source.js';
import { createTestDatabase, type TestDatabase } from '../../test/support/test-database.js';
import { KeyLimits } from './key-limits.js';
import { RateLimitsRepository } from './rate-limits.repository.js';

describe('KeyLimits', () => {
  let database: TestDatabase;
  let dataSource: DataSource;

  beforeAll(async () => {
    database = await createTestDatabase();
    dataSource = await openDataSource(database.url);
  });

  afterEach(() => {
    jest.restoreAllMocks();
  });

  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  it('forgets counts whose window has ended', () => {
    const limits = new KeyLimits(new RateLimitsRepository(dataSource));
    let nowMs = Date.now();
    jest.spyOn(Date, 'now').mockImplementation(() => nowMs);
    const count = (id: string) => limits.count({ id, requestsPerMinute: 2 })?.remaining;
    for (let i = 0; i < 100; i += 1) count(`oauth ${i}`);
    nowMs += 59_000;
    expect(count('oauth 0')).toBe(0);
    expect(limits['counts'].size).toBe(100);
    nowMs += 2_000;
    expect(count('oauth 0')).toBe(1);
    expect(limits['counts'].size).toBe(1);
  });
});
