import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, Service } from '../support/service.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const PRELOAD = `--import=${new URL('../support/failing-thread.mjs', import.meta.url).href}`;

/** Longer than GIVE_UP_AFTER_MS in session-supervisor.ts, plus one pause between attempts. */
const EXITS_WITHIN_MS = 75_000;

interface Probe {
  code: string;
}

describe('a service whose session thread never starts', () => {
  let database: TestDatabase;
  const services: Service[] = [];

  beforeAll(async () => {
    database = await createTestDatabase();
  });

  afterAll(async () => {
    await Promise.all(services.filter(({ isRunning }) => isRunning).map((each) => each.stop('SIGKILL')));
    await database.drop();
  });

  /** The service answers as live and not ready, and exits after a minute without a running thread. */
  async function expectExit(ROLE: string): Promise<void> {
    const service = await Service.spawn({ ROLE, DATABASE_URL: database.url, NODE_OPTIONS: PRELOAD });
    services.push(service);
    const startedAtMs = performance.now();
    const livez = () => service.get('/livez').catch(() => null);
    await eventually('the process answers', async () => (await livez())?.status === 200);
    for (const path of ['/readyz', '/startupz'])
      expect(await service.get<Probe>(path)).toMatchObject({ status: 503, body: { code: 'not_started' } });
    await eventually('the process exits', async () => !service.isRunning, EXITS_WITHIN_MS);
    expect(performance.now() - startedAtMs).toBeGreaterThan(55_000);
    expect(await service.exit()).toBe(1);
    expect(service.output).toContain('The thread cannot start');
    expect(service.output).toContain('could not be restarted within 60 s');
  }

  it('is live but not ready, and exits with code 1 after a minute, in the roles all and session', async () => {
    await Promise.all(['all', 'session'].map(expectExit));
  });

  it('is ready at once with ROLE=api, which has no session thread', async () => {
    const service = await Service.start({ ROLE: 'api', DATABASE_URL: database.url, NODE_OPTIONS: PRELOAD });
    services.push(service);
    expect((await service.get('/startupz')).status).toBe(200);
  });
});
