import { afterEach, describe, expect, it } from '@jest/globals';
import type { DegradationCode } from '../../src/sessions/degradation.entity.js';
import { eventually } from '../support/service.js';
import { World } from '../support/world.js';

/** Short, so that a name that is served for a moment is noticed. */
const RECORD_EVERY_MS = 25;

const number = (index: number) => String(491703100000 + index);
const people = Array.from({ length: 12 }, (_, at) => ({ number: number(at), fullName: `Name ${at}` }));

/** Requests a snapshot, as the daily reconciliation does. */
const reconcile = async (world: World) => {
  await world.database.query('UPDATE account SET reconciliation_due = true');
  await world.restart();
};

describe('a snapshot', () => {
  let world: World;

  afterEach(() => world.stop());

  const startSynced = async () => {
    world = await World.create();
    await world.phone.saveContacts(people);
    await world.startLinked();
    await world.truth();
  };
  const isDegradedBy = (code: DegradationCode) =>
    eventually(`${code} is reported`, async () =>
      (await world.state()).degraded.some((each) => each.code === code),
    );
  /** Whether so many attempts were interrupted that no further one begins. */
  const isSuspended = async () => {
    const rows = await world.database.query<object>(
      "SELECT FROM app_state_collection WHERE name = 'critical_unblock_low' AND unfinished_reads >= 10",
    );
    return rows.length > 0;
  };
  const ofSnapshots = { times: Infinity, when: ({ kind }: { kind: string }) => kind === 'snapshot' };

  it('is skipped after five interrupted attempts to read it, and patches are still applied', async () => {
    await startSynced();
    world.phone.inbox.answers = false;
    const endless = world.server.faults.media.arm({ endless: true }, ofSnapshots);
    await reconcile(world);
    let attempts = 0;
    for (; attempts < 10 && !(await isSuspended()); attempts += 1) {
      await endless.whenStruck(attempts + 1);
      await world.killAndRestart();
    }
    expect(attempts).toBeGreaterThanOrEqual(5);
    const { struck } = endless;
    await world.phone.saveContact({ number: number(1), fullName: 'By a patch' });
    await world.truth();
    await isDegradedBy('snapshot_unverified');
    expect(await isSuspended()).toBe(true);
    expect(endless.struck).toBe(struck);
  });

  it('is discarded if its version is older', async () => {
    await startSynced();
    await world.phone.saveContact({ number: number(1), fullName: 'Newer' });
    await world.truth();
    const outdated = world.server.faults.appState.arm('outdated', {
      times: Infinity,
      when: ({ part, collection }) => part === 'snapshot' && collection === 'critical_unblock_low',
    });
    const names = new Set<string | null | undefined>();
    await reconcile(world);
    await outdated.whenStruck();
    const isApplied = async () => {
      names.add((await world.listedOne(number(1)))?.full_name);
      const rows = await world.database.query<object>(
        `SELECT FROM account a JOIN app_state_collection c ON c.account_id = a.id
         WHERE c.name = 'critical_unblock_low' AND (NOT a.reconciliation_due OR c.snapshot_failed_at IS NOT NULL)`,
      );
      return rows.length > 0;
    };
    await eventually('it was applied or discarded', isApplied, 60_000, RECORD_EVERY_MS);
    names.add((await world.listedOne(number(1)))?.full_name);
    await world.phone.saveContact({ number: number(2), fullName: 'After it' });
    const isLaterRead = async () => {
      names.add((await world.listedOne(number(1)))?.full_name);
      return (await world.listedOne(number(2)))?.full_name === 'After it';
    };
    await eventually('a later change is read', isLaterRead, 60_000, RECORD_EVERY_MS);
    expect([...names]).toEqual(['Newer']);
    const [row] = await world.database.query<{ version: string }>(
      `SELECT version FROM app_state_collection WHERE name = 'critical_unblock_low'`,
    );
    expect(Number(row?.version)).toBe(world.phone.appState.get('critical_unblock_low').version);
  });

  it('is not stored if the phone sends it without a request', async () => {
    await startSynced();
    await world.phone.sendRecovery();
    await world.phone.whenSettled();
    const stored = await world.database.query<object>(
      'SELECT FROM app_state_collection WHERE recovery IS NOT NULL OR recovery_asked_at IS NOT NULL',
    );
    expect(stored).toEqual([]);
    expect(world.service.output).not.toMatch(/phone's copy of the collection/i);
  });
});
