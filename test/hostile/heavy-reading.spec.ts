import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { proto } from '@whiskeysockets/baileys';
import { eventually } from '../support/service.js';
import { deflatedZeros, emptyPushNames, longPushName, manyPushNames } from './payloads.js';
import { TwoSessions } from './two-sessions.js';

const { PUSH_NAME, RECENT } = proto.Message.HistorySyncType;
const MB = 1024 * 1024;

/** Sends heavy input from the phone of one account, and measures the effect on another account in the same process. */
describe('another session', () => {
  let sessions: TwoSessions;
  const isDone = () => sessions.isHistoryDone();

  beforeAll(async () => {
    sessions = await TwoSessions.start();
  });

  beforeEach(() => sessions.world.database.query('DELETE FROM degradation'));

  afterAll(() => sessions.world.stop());

  it('is not affected by 24 MB of empty push names in 24 kB', async () => {
    const deflated = emptyPushNames(24 * MB);
    expect(deflated.length).toBeLessThan(32 * 1024);
    await sessions.unnoticed(() => sessions.sendHistory({ syncType: RECENT, deflated }), isDone);
  });

  it('is not affected by 768 MB of zeros in 800 kB', async () => {
    const deflated = await deflatedZeros(768);
    await sessions.unnoticed(() => sessions.sendHistory({ syncType: RECENT, deflated }), isDone);
    expect(await sessions.degradations()).toEqual(['history_lost']);
  });

  it('is not affected by a file of 600 MB that is announced as small', async () => {
    const directPath = sessions.world.server.media.publish({ zeros: 600 * MB }, 'history');
    const announced = { directPath };
    await sessions.unnoticed(
      () => sessions.sendHistory({ syncType: RECENT, external: true, announced }),
      isDone,
    );
    expect(await sessions.degradations()).toEqual(['history_lost']);
  });

  it('is not affected by 1,000,000 names', async () => {
    const deflated = manyPushNames(1_000_000);
    await sessions.unnoticed(
      () => sessions.sendHistory({ syncType: PUSH_NAME, external: true, deflated }),
      isDone,
    );
    expect(await sessions.degradations()).toEqual(['history_lost']);
    expect(await sessions.countPushNames()).toBeGreaterThan(100_000);
  });

  it('is not affected by a push name of 900 kB', async () => {
    const jid = '491708888888@s.whatsapp.net';
    const deflated = longPushName(jid, 900 * 1024);
    await sessions.unnoticed(() => sessions.sendHistory({ syncType: RECENT, deflated }), isDone);
    const rows = await sessions.world.database.query<{ length: number }>(
      'SELECT length(push_name) FROM contact WHERE jid = $1',
      [jid],
    );
    expect(rows[0]?.length ?? 0).toBeLessThanOrEqual(4_096);
  });

  it('is not affected by a server that always announces more patches', async () => {
    const { attacker, world } = sessions;
    const requests = () =>
      world.server.log.filter(
        ({ xmlns, account }) => xmlns === 'w:sync:app:state' && account === attacker.number,
      ).length;
    const before = requests();
    attacker.appState.settings.alwaysMore = true;
    await attacker.saveContact({ number: '491707777777', fullName: 'Read all the same' });
    await eventually('the contact is read', async () => {
      const { status } = await world.api.get('/sessions/attacker/getcontact?phone=491707777777');
      return status === 200;
    });
    await sessions.unnoticed(
      () => attacker.saveContact({ number: '491707777777', fullName: 'Again' }),
      async () => {
        const { body } = await world.api.get<{ full_name: string }>(
          '/sessions/attacker/getcontact?phone=491707777777',
        );
        return body.full_name === 'Again';
      },
    );
    expect(requests() - before).toBeLessThanOrEqual(6);
    expect(await world.session('attacker')).toMatchObject({ status: 'open', reason: null });
    attacker.appState.settings.alwaysMore = false;
  });
});
