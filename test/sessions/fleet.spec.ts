import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, type Service } from '../support/service.js';
import type { Phone } from '../whatsapp-server/phone.js';
import { SessionsWorld } from './sessions-world.js';

const SESSIONS = 12;
const LEASE_MS = 14_000;

const nameOf = (i: number) => (i === 0 ? 'default' : `s${i}`);
const numberOf = (i: number) => String(491700000000 + i);

describe('a deployment with many sessions and several processes', () => {
  let world: SessionsWorld;
  const phones: Phone[] = [];

  const online = () => phones.filter((phone) => phone.companions[0]?.online).length;
  const loginsOf = () => phones.map((phone) => phone.companions[0]?.logins ?? 0);
  const allOnline = (timeoutMs?: number) =>
    eventually('all sessions are online', async () => online() === SESSIONS, timeoutMs);

  /** Returns the number of leases of each process. */
  const shares = async () =>
    (
      await world.database.query<{ count: number }>(
        'SELECT count(*)::int FROM session WHERE process_id IS NOT NULL GROUP BY process_id ORDER BY 1',
      )
    ).map(({ count }) => count);
  const areShared = (...expected: number[]) =>
    eventually('the sessions are shared', async () => (await shares()).join() === expected.join(), 30_000);

  beforeAll(async () => {
    world = await SessionsWorld.create();
    await world.start({ ROLE: 'api' });
    await world.start({ ROLE: 'session' });
    for (let i = 0; i < SESSIONS; i += 1) {
      if (i > 0) await world.create(nameOf(i));
      phones.push(world.phone(numberOf(i), `Owner ${i}`));
      await phones[i]?.saveContact({ number: '491709999999', fullName: `Shared ${i}` });
    }
    await Promise.all(phones.map((phone, i) => world.link(nameOf(i), phone)));
  });

  afterAll(() => world.stop());

  it('distributes sessions evenly when a process joins, each with a short interruption', async () => {
    const before = loginsOf();
    await world.start({ ROLE: 'session' });
    await areShared(6, 6);
    await allOnline();
    const moved = loginsOf().filter((logins, i) => logins > (before[i] ?? 0));
    expect(moved).toHaveLength(6);
    expect(world.server.conflicts).toBe(0);
  });

  it('hands sessions over when a process stops, long before its leases expire', async () => {
    const [, , second] = world.services as [Service, Service, Service];
    const stopped = second.stop();
    await eventually('its sessions are offline', async () => online() < SESSIONS, 5_000);
    await allOnline(LEASE_MS / 2);
    expect(await stopped).toBe(0);
    await areShared(12);
    expect(world.server.conflicts).toBe(0);
  });

  it('reconnects the sessions of a killed process soon after their leases expire', async () => {
    const third = await world.start({ ROLE: 'session' });
    await areShared(6, 6);
    await allOnline();
    await third.stop('SIGKILL');
    await eventually('its sessions are offline', async () => online() < SESSIONS);
    await allOnline(LEASE_MS + 6_000);
    await areShared(12);
    expect(world.server.conflicts).toBe(0);
  });

  it('still applies changes of every phone', async () => {
    await Promise.all(
      phones.map((phone, i) => phone.saveContact({ number: '491709999999', fullName: `New ${i}` })),
    );
    for (let i = 0; i < SESSIONS; i += 1) {
      await eventually(`session ${nameOf(i)} has the new name`, async () => {
        const { body } = await world.api.get<{ full_name: string }[]>(`/sessions/${nameOf(i)}/getcontacts`);
        return body.map(({ full_name: name }) => name).join() === `New ${i}`;
      });
    }
  });

  it('logs the session name', () => {
    const entries = world.services[1]?.output
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map(
        (line) =>
          JSON.parse(line) as { message: string; status?: string; session?: string; account?: number },
      );
    const opened = entries?.filter(
      ({ message, status }) => message === 'Session status changed' && status === 'open',
    );
    expect(new Set(opened?.map(({ session }) => session)).size).toBe(SESSIONS);
    expect(opened?.every(({ account }) => account !== undefined)).toBe(true);
  });
});
