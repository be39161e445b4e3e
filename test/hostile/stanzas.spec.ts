import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ContactDto } from '../../src/api/contacts/contact.dto.js';
import type { ContactDetailsDto } from '../../src/api/contacts/contact-details.dto.js';
import { scrape, sum } from '../ops/metrics-reader.js';
import { SessionsWorld } from '../sessions/sessions-world.js';
import { MemoryWatch } from '../support/memory.js';
import { patient } from '../support/patience.js';
import { eventually } from '../support/service.js';
import type { Contact } from '../whatsapp-server/contact.js';
import { participantsAdded } from '../whatsapp-server/contact-news.js';
import type { Phone } from '../whatsapp-server/phone.js';
import { Neighbour } from './neighbour.js';

/** `HOSTILE_SCALE=1 npm test -- hostile/stanzas` runs with 10,000 participants and 2,000 notifications. */
const SCALE = Number(process.env.HOSTILE_SCALE ?? 0.15);
const GROUP = '120363012345678901';
/** Maximum delay of changes of the other session on an idle machine. */
const SOON_MS = 1_000;

let world: SessionsWorld;
let flooded: Phone;
let neighbour: Neighbour;
let people = 0;
let loginsBefore = 0;

beforeAll(async () => {
  world = await SessionsWorld.create();
  await world.start({ DOWNLOADS_PER_MINUTE: '0' });
  flooded = world.phone('491701230000', 'Flooded');
  const victim = world.phone('491701230001', 'Neighbour');
  await world.create('neighbour');
  neighbour = new Neighbour(world, 'neighbour', victim, '491709999999');
  await Promise.all([world.link('default', flooded), world.link('neighbour', victim)]);
  await neighbour.change();
});

beforeEach(() => {
  neighbour.delaysMs.length = 0;
  loginsBefore = flooded.companions[0]?.logins ?? 0;
});

afterAll(() => world?.stop());

function person(facts: { pushName?: string; username?: string } = {}): Contact {
  people += 1;
  return world.server.createContact({ number: String(491_760_000_000 + people), ...facts });
}

/** Participants that are new to the account. */
function strangers(count: number, from: number) {
  return Array.from({ length: count }, (_, n) => ({
    jid: `${70_000_000_000 + from + n}@lid`,
    phoneNumber: `${491_780_000_000 + from + n}@s.whatsapp.net`,
  }));
}

async function mappedStrangers(): Promise<number> {
  const [row] = await world.database.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM contact WHERE jid LIKE '49178%' AND lid IS NOT NULL`,
  );
  return row?.count ?? 0;
}

/** Checks that no session was disconnected, all is acknowledged, and changes of the other session were timely. */
async function expectBothSessionsWell(what: string): Promise<void> {
  await flooded.whenSettled();
  process.stderr.write(`${what}: changes of the other session arrive within ${neighbour.longestMs} ms\n`);
  expect(neighbour.logins).toBe(1);
  expect(neighbour.longestMs).toBeLessThan(patient(SOON_MS));
  expect(flooded.companions[0]?.logins).toBe(loginsBefore);
}

describe('a stanza that is far too large', () => {
  it('is acknowledged, with truncated names and ignored usernames', async () => {
    const long = person({ pushName: 'ä'.repeat(450_000), username: 'u'.repeat(180_000) });
    await neighbour.during(long.sendText(flooded, 'hello'));
    const { body } = await world.api.get<ContactDetailsDto>(`/contacts/${long.number}`);
    expect(body).toMatchObject({ push_name: 'ä'.repeat(1_000), username: null });
    await expectBothSessionsWell('900 kB push name');
  });

  it('is read for up to 5,000 participants of a group', async () => {
    const count = 10_000 * SCALE;
    const startedAtMs = performance.now();
    await neighbour.during(flooded.notify(participantsAdded(GROUP, strangers(count, 0))));
    process.stderr.write(`${count} participants: ${Math.round(performance.now() - startedAtMs)} ms\n`);
    expect(await mappedStrangers()).toBe(Math.min(count, 5_000));
    await expectBothSessionsWell('participants');
  });
});

describe('a flood of group notifications', () => {
  it('neither delays another session nor grows memory', async () => {
    const memory = new MemoryWatch(world.api.process.pid, 200);
    const before = await mappedStrangers();
    const floods = Array.from({ length: 2_000 * SCALE }, (_, n) =>
      flooded.notify(participantsAdded(GROUP, strangers(5, 100_000 + 5 * n))),
    );
    const startedAtMs = performance.now();
    await neighbour.during(Promise.all(floods));
    memory.stop();
    const spentMs = Math.round(performance.now() - startedAtMs);
    process.stderr.write(
      `${floods.length} notifications: ${spentMs} ms, ${memory.samplesMb[0]} to ${memory.peakMb} MB\n`,
    );
    expect((await mappedStrangers()) - before).toBe(floods.length * 5);
    expect(memory.peakMb - (memory.samplesMb[0] ?? 0)).toBeLessThan(200);
    await expectBothSessionsWell('flood');
  });
});

describe('a change that the database refuses', () => {
  it('is skipped and reported, and does not block the changes before and after it', async () => {
    await world.database.query(`ALTER TABLE contact ADD CHECK (push_name NOT LIKE 'Refused%')`);
    const [before, refused, after] = [
      person({ pushName: 'Before' }),
      person({ pushName: 'Refused Rita' }),
      person({ pushName: 'After' }),
    ];
    await neighbour.during(
      Promise.all([before, refused, after].map((each) => each.sendText(flooded, 'hello'))),
    );
    const names = async () => {
      const { body } = await world.api.get<ContactDto[]>('/getcontacts');
      return body.map((each) => each.push_name);
    };
    await eventually('the other names are there', async () => {
      const known = await names();
      return known.includes('Before') && known.includes('After');
    });
    expect(await names()).not.toContain('Refused Rita');
    const { degraded } = await world.sessionThat('default', (each) => each.degraded.length > 0);
    expect(degraded.map(({ code }) => code)).toEqual(['changes_refused']);
    expect(sum(await scrape(world.api), 'whatsapp_contacts_refused_changes_total')).toBe(1);
    const skipped = world.api.entries.filter(
      ({ message }) => message === 'Skipped changes that the database refuses',
    );
    expect(skipped).toMatchObject([{ level: 'error', sqlState: '23514', count: 1, kinds: ['pushNames'] }]);
    expect(world.api.output).not.toContain('Rita');
    await expectBothSessionsWell('refused change');
  });
});
