import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Deployment } from '../support/deployment.js';
import { patient } from '../support/patience.js';
import { eventually, type Service } from '../support/service.js';
import { TcpProxy } from '../support/tcp-proxy.js';

const RECOVERED_WITHIN_MS = 20_000;
const PROBE_EVERY_MS = 1_000;

describe('a deployment whose database connections were dropped silently', () => {
  let fleet: Deployment;
  let proxy: TcpProxy;
  let service: Service;

  const status = (path: string) => service.get(path).then((answer) => answer.status);
  /** Returns how long it takes until `look` succeeds, in ms. */
  const timeUntil = async (what: string, look: () => Promise<boolean>) => {
    const startMs = performance.now();
    await eventually(what, look, 2 * RECOVERED_WITHIN_MS);
    return Math.round(performance.now() - startMs);
  };
  const nameOf = (number: string) =>
    service
      .get<{ full_name?: string }>(`/getcontact?phone=${number}`)
      .then(({ body }) => body.full_name)
      .catch(() => undefined);

  beforeAll(async () => {
    fleet = await Deployment.create();
    const before = await TcpProxy.beforeDatabase(fleet.database.url);
    ({ proxy } = before);
    service = await fleet.start('all', { DATABASE_URL: before.url });
    await fleet.link(service);
    await service.synced();
    // Several connections of each pool are open.
    await Promise.all(Array.from({ length: 20 }, () => status('/contacts?limit=1')));
  });

  afterAll(async () => {
    await fleet.remove();
    await proxy.stop();
  });

  it('recovers within 20 s: probes, reads, writes and leases', async () => {
    const { logins } = fleet;
    proxy.swallow();
    const edited = fleet.phone.saveContact({ number: '491701234567', fullName: 'Anna Schmidt' });
    const [ready, read, written] = await Promise.all([
      timeUntil('/readyz is 200', async () => {
        await sleep(PROBE_EVERY_MS);
        return (await status('/readyz')) === 200;
      }),
      timeUntil('contacts can be read', async () => (await status('/getcontact?phone=491701234567')) === 200),
      edited.then(() =>
        timeUntil('the change is saved', async () => (await nameOf('491701234567')) === 'Anna Schmidt'),
      ),
    ]);
    for (const ms of [ready, read, written]) expect(ms).toBeLessThan(patient(RECOVERED_WITHIN_MS));
    expect(fleet.logins).toBe(logins);
    expect(await service.session()).toMatchObject({ status: 'open', degraded: [] });
  });
});
