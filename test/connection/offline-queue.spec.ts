import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Neighbour } from '../hostile/neighbour.js';
import { SessionsWorld } from '../sessions/sessions-world.js';
import { createWriters, messageOf, type Writer } from '../support/message-traffic.js';
import { patient } from '../support/patience.js';
import type { Phone } from '../whatsapp-server/phone.js';

/** `OFFLINE_MESSAGES=50000 npm test -- offline-queue` runs with as many as a busy account receives in days. */
const MESSAGES = Number(process.env.OFFLINE_MESSAGES ?? 6_000);
const PEOPLE = 1_500;
/** Maximum delay of the other session's changes on an idle machine. */
const SOON_MS = 1_000;

describe('an offline queue of several days', () => {
  let world: SessionsWorld;
  let busy: Phone;
  let neighbour: Neighbour;
  let writers: Writer[];
  const acknowledged: number[] = [];

  beforeAll(async () => {
    world = await SessionsWorld.create();
    const service = await world.start({ DOWNLOADS_PER_MINUTE: '0', LOG_LEVEL: 'warn' });
    busy = world.phone('491701230000', 'Busy');
    const quiet = world.phone('491701230001', 'Quiet');
    await world.create('quiet');
    neighbour = new Neighbour(world, 'quiet', quiet, '491709999999');
    await Promise.all([world.link('default', busy), world.link('quiet', quiet)]);
    const numbers = Array.from({ length: PEOPLE }, (_, i) => String(491_760_000_000 + i));
    writers = await createWriters(busy.companions[0]!, numbers);

    await service.stop();
    for (let turn = 0; turn < MESSAGES; turn += 1) {
      const writer = writers[turn % PEOPLE]!;
      const message = { ...writer, pushName: `${writer.pushName}, ${Math.floor(turn / PEOPLE)}` };
      void busy.notify(messageOf(message, turn)).then(() => acknowledged.push(turn));
    }
    world.services.length = 0;
    await world.start({ DOWNLOADS_PER_MINUTE: '0', LOG_LEVEL: 'warn' });
  });

  afterAll(() => world?.stop());

  it('does not delay another session', async () => {
    await neighbour.during(busy.whenSettled());
    // The first change waits for the login of its session.
    neighbour.delaysMs.shift();
    process.stderr.write(
      `${MESSAGES} messages: changes of the other session arrive within ${neighbour.longestMs} ms\n`,
    );
    expect(neighbour.longestMs).toBeLessThan(patient(SOON_MS));
  });

  it('is acknowledged in order, each message once', () => {
    const { acknowledgements } = busy.companions[0]!.outbox;
    expect(acknowledged).toEqual(Array.from({ length: MESSAGES }, (_, turn) => turn));
    expect(acknowledgements.duplicates).toEqual([]);
    expect(acknowledgements.mismatched).toEqual([]);
    expect(acknowledgements.missing).toEqual([]);
  });

  it('results in the last name of every contact', async () => {
    const rows = await world.database.query<{ jid: string; push_name: string }>(
      "SELECT jid, push_name FROM contact WHERE jid LIKE '49176%' ORDER BY jid",
    );
    const last = writers.map(({ number, pushName }, i) => ({
      jid: `${number}@s.whatsapp.net`,
      push_name: `${pushName}, ${Math.floor((MESSAGES - 1 - i) / PEOPLE)}`,
    }));
    expect(rows).toEqual(last);
  });

  it('is written in one transaction per batch', async () => {
    const [row] = await world.database.query<{ revision: string }>(
      "SELECT revision FROM account a JOIN session s ON s.account_id = a.id WHERE s.name = 'default'",
    );
    expect(Number(row?.revision)).toBeLessThan(MESSAGES / 20);
  });
});
