import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { SessionDto } from '../../src/api/sessions/session-status.dto.js';
import { World } from '../support/world.js';

const number = (index: number) => String(491703000000 + index);

describe('reconciliation with the server', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.create();
    const people = Array.from({ length: 20 }, (_, at) => ({
      number: number(at),
      fullName: `Name ${at}`,
      firstName: `N${at}`,
    }));
    await world.phone.saveContacts(people);
    await world.startLinked();
    await world.service.synced(60_000);
  });

  afterAll(() => world.stop());

  /** Damages the database in ways that the service never does: changes one row, deletes one, and adds one. */
  async function damage(): Promise<void> {
    await world.database.query(
      `UPDATE contact SET full_name = 'wrong' WHERE jid = '${number(1)}@s.whatsapp.net'`,
    );
    await world.database.query(`DELETE FROM contact WHERE jid = '${number(2)}@s.whatsapp.net'`);
    await world.database.query(
      `INSERT INTO contact (account_id, jid, saved, full_name)
       SELECT id, '${number(90)}@s.whatsapp.net', true, 'nobody' FROM account
       ON CONFLICT (account_id, jid) DO UPDATE SET saved = true, full_name = 'nobody'`,
    );
    expect(await world.differences()).toHaveLength(3);
  }

  it('repairs and counts differences after a stop that was not clean', async () => {
    await damage();
    await world.killAndRestart();
    const { contacts } = await world.service.sessionThat(({ contacts }) => contacts.repaired > 0, 30_000);
    expect(contacts.repaired).toBe(3);
    await world.truth();
  });

  it('finds nothing to repair after a kill without damage', async () => {
    const { contacts: before } = await world.service.session();
    await world.phone.saveContact({ number: number(3), fullName: 'Renamed' });
    await world.truth();
    await world.killAndRestart();
    const { contacts } = await world.service.sessionThat(
      ({ contacts: now }) => now.checked_at !== before.checked_at,
      30_000,
    );
    expect(contacts.repaired).toBe(before.repaired);
  });

  it('is skipped after a clean stop, and runs again after a day', async () => {
    const { contacts: before } = await world.service.session();
    await world.service.stop();
    await world.startService();
    await world.truth();
    expect((await world.service.session()).contacts.checked_at).toBe(before.checked_at);
    await damage();
    await world.service.stop();
    await world.database.query(`UPDATE account SET reconciled_at = now() - interval '25 hours'`);
    await world.startService();
    await world.service.sessionThat(({ contacts }) => contacts.repaired === before.repaired + 3, 30_000);
    await world.truth();
  });

  it('continues without a corrupt snapshot, deletes no contacts, and reports a degradation', async () => {
    const before = await world.listed();
    // It would help at once.
    world.phone.inbox.answers = false;
    const spoiled = world.server.faults.appState.arm('lt-hash', {
      times: Infinity,
      when: ({ part }) => part === 'snapshot',
    });
    await world.killAndRestart();
    const isTold = ({ degraded }: SessionDto) => degraded.some(({ code }) => code === 'snapshot_unverified');
    await world.service.sessionThat(isTold, 30_000);
    expect(await world.listed()).toEqual(before);
    const asked = spoiled.struck;
    await world.phone.saveContact({ number: number(4), fullName: 'By a patch' });
    await world.truth();
    await world.killAndRestart();
    await world.truth();
    expect(spoiled.struck).toBe(asked);

    spoiled.disarm();
    world.phone.inbox.answers = true;
    await world.database.query(
      `UPDATE app_state_collection SET snapshot_failed_at = now() - interval '7 hours'`,
    );
    await world.killAndRestart();
    await world.service.sessionThat(({ degraded }) => degraded.length === 0, 30_000);
    await world.truth();
  });
});
