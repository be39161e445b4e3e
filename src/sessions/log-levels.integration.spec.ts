import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { openDataSource } from '../../test/support/open-data-source.js';
import { eventually } from '../../test/support/service.js';
import { createTestDatabase, type TestDatabase } from '../../test/support/test-database.js';
import { ALL_SESSIONS, logLevels } from '../kernel/logging/log-levels.js';
import { LogLevelFollower } from './log-level-follower.js';
import { LogLevelsRepository } from './log-levels.repository.js';

describe('log levels in the database', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let repository: LogLevelsRepository;
  let follower: LogLevelFollower | null = null;

  beforeAll(async () => {
    database = await createTestDatabase();
    dataSource = await openDataSource(database.url);
    repository = new LogLevelsRepository(dataSource);
  });

  beforeEach(() => database.query('DELETE FROM log_level').then(() => {}));

  afterEach(async () => {
    await follower?.beforeApplicationShutdown();
    follower = null;
    logLevels.replace([]);
  });

  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  const list = async () => (await repository.list()).map(({ session, level }) => [session, level]);

  it('replaces and removes the level of each session separately', async () => {
    await repository.set('sales', 'debug', 60);
    await repository.set(ALL_SESSIONS, 'warn', 60);
    await repository.set('sales', 'trace', 60);
    expect(await list()).toEqual([
      [ALL_SESSIONS, 'warn'],
      ['sales', 'trace'],
    ]);
    await repository.remove(ALL_SESSIONS);
    expect(await list()).toEqual([['sales', 'trace']]);
  });

  it('ignores levels after their time, and deletes them', async () => {
    await repository.set('sales', 'debug', 60);
    await database.query("UPDATE log_level SET expires_at = now() - interval '1 s'");
    expect(await list()).toEqual([]);
    await repository.set('support', 'debug', 60);
    expect(await database.query('SELECT session FROM log_level')).toEqual([{ session: 'support' }]);
  });

  it('applies to a process that starts later, and while it runs', async () => {
    await repository.set('sales', 'debug', 60);
    follower = new LogLevelFollower(repository);
    follower.onApplicationBootstrap();
    await eventually('it applies', async () => logLevels.includes('debug', 'sales', 'info'));
    await repository.remove('sales');
    await eventually('it ends', async () => !logLevels.includes('debug', 'sales', 'info'));
  });
});
