import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { LookedUpContactsDto } from '../../src/api/contacts/contact-lookup.dto.js';
import { eventually } from '../support/service.js';
import { reachOutLocked } from '../whatsapp-server/contact-news.js';
import { iq } from '../whatsapp-server/faults.js';
import { child, children, textOf } from '../whatsapp-server/stanza.js';
import { ProfileWorld } from './profile-world.js';

const REGISTERED = '491720000001';
const LIMIT = 12;
const number = (i: number) => String(491_730_000_000 + i);

describe('checking whether numbers are on WhatsApp', () => {
  let world: ProfileWorld;

  beforeAll(async () => {
    world = await ProfileWorld.create(1, { DOWNLOADS_PER_MINUTE: '0', CHECKS_PER_DAY: String(LIMIT) });
    await world.service.synced();
    // After the first sync, because the history contains all contacts of the server.
    world.server.createContact({ number: REGISTERED, lid: '777000000000001' });
    world.server.settings.numberAliases.set(`9${REGISTERED}`, REGISTERED);
  });

  afterAll(() => world?.end());

  const check = async (...contacts: string[]) => {
    const { status, body, text } = await world.service.post<LookedUpContactsDto>('/contacts/lookup', {
      contacts,
      fields: ['full_name'],
      check: true,
    });
    if (status !== 200) throw new Error(text);
    return body;
  };
  const reasons = ({ items }: LookedUpContactsDto) => items.map((item) => item.check?.reason);
  const queries = () => {
    return world.server.log
      .filter(({ node }) => iq('usync')(node))
      .map(({ node, at }) => ({
        at: at.getTime(),
        numbers: children(child(child(node, 'usync'), 'list')).map((user) => textOf(child(user, 'contact'))),
      }));
  };
  const reset = () => world.database.query('UPDATE number_check_quota SET used = 0, stopped_until = NULL');

  it('returns answers for numbers only, and later without another query', async () => {
    const contact = world.contact(0).number;
    const entries = [
      contact,
      REGISTERED,
      number(0),
      `9${REGISTERED}`,
      '5@lid',
      '@anna',
      `+${REGISTERED.slice(0, 2)} ${REGISTERED.slice(2)}`,
    ];
    const first = await check(...entries);
    const answer = { on_whatsapp: true, reason: null, checked_at: expect.stringMatching(/^20/) as unknown };
    const registered = { ...answer, jid: `${REGISTERED}@s.whatsapp.net`, lid: '777000000000001@lid' };
    expect(first.items.map((item) => item.check)).toEqual([
      null,
      registered,
      { ...answer, on_whatsapp: false, jid: null, lid: null },
      registered,
      null,
      null,
      registered,
    ]);
    expect(first.items[0]?.contact).toEqual({ full_name: `Person ${contact}` });
    expect(first.checks).toMatchObject({ limit: LIMIT, remaining: LIMIT - 3, stopped: null });
    expect(queries().map(({ numbers }) => numbers)).toEqual([
      [`+${REGISTERED}`, `+${number(0)}`, `+9${REGISTERED}`],
    ]);
    expect(await check(...entries)).toEqual(first);
    expect(queries()).toHaveLength(1);
    // The mapping is not verified, so it creates no contact.
    const contacts = await world.database.query('SELECT FROM contact WHERE lid = $1', [
      '777000000000001@lid',
    ]);
    expect(contacts).toEqual([]);
  });

  it('sends few numbers at a time, with pauses', async () => {
    const body = await check(...[1, 2, 3, 4, 5, 6, 7].map(number));
    expect(reasons(body)).toEqual(Array(7).fill(null));
    const [first, second, third] = queries();
    expect(queries()).toHaveLength(3);
    expect([second?.numbers.length, third?.numbers.length]).toEqual([5, 2]);
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(3_900);
    expect((third?.at ?? 0) - (second?.at ?? 0)).toBeGreaterThanOrEqual(3_900);
  });

  it('does not exceed the quota with simultaneous requests, nor after a restart', async () => {
    const bodies = await Promise.all([check(number(20), number(21)), check(number(22), number(23))]);
    const answers = bodies.flatMap(reasons);
    expect(answers.filter((reason) => reason === null)).toHaveLength(2);
    expect(queries().flatMap(({ numbers }) => numbers)).toHaveLength(LIMIT);
    await world.restart();
    const body = await check(number(1), number(30));
    expect(reasons(body)).toEqual([null, 'quota_used']);
    expect(body.checks).toMatchObject({ remaining: 0 });
    expect(queries().flatMap(({ numbers }) => numbers)).toHaveLength(LIMIT);
  });

  it.each(['usyncErrors', 'usyncUserErrors'] as const)(
    'stops for an hour when WhatsApp refuses to check any number (%s)',
    async (kind) => {
      await reset();
      world.server.settings[kind].set('contact', 403);
      const count = queries().length;
      const { checks, ...body } = await check(...[60, 61, 62, 63, 64, 65].map(number));
      world.server.settings[kind].delete('contact');
      expect(new Set(reasons(body))).toEqual(new Set(['refused']));
      expect(checks).toMatchObject({ remaining: LIMIT - 5, stopped: { reason: 'refused' } });
      expect((Date.parse(checks?.stopped?.until ?? '') - Date.now()) / 60_000).toBeCloseTo(60, 0);
      expect(reasons(await check(number(60)))).toEqual(['refused']);
      expect(queries()).toHaveLength(count + 1);
    },
  );

  it('reports numbers that the session drops, because the connection ends or the quota is used up', async () => {
    await reset();
    const cut = world.server.faults.received.arm({ cut: 'on-arrival' }, { when: iq('usync') });
    expect(reasons(await check(number(70)))).toEqual(['session_not_open']);
    expect(cut.struck).toBe(1);
    await world.service.sessionThat(({ status }) => status === 'open');
    const count = queries().length;
    const body = check(...[71, 72, 73, 74, 75, 76].map(number));
    await eventually('the first query arrives', () => Promise.resolve(queries().length > count));
    await world.database.query('UPDATE number_check_quota SET used = $1', [LIMIT]);
    expect(reasons(await body)).toEqual([...Array<null>(5).fill(null), 'quota_used']);
  });

  it('sends no numbers for callers who disconnect while they wait', async () => {
    await reset();
    await world.restart();
    const waiting = [check(number(80)), check(number(81))];
    await world.service.session();
    const left = fetch(`http://127.0.0.1:${world.service.port}/contacts/lookup`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ contacts: [number(82)], check: true }),
      signal: AbortSignal.timeout(1_000),
    });
    await expect(left).rejects.toThrow();
    expect((await Promise.all(waiting)).flatMap(reasons)).toEqual([null, null]);
    expect(reasons(await check(number(83)))).toEqual([null]);
    expect(queries().flatMap(({ numbers }) => numbers)).not.toContain(`+${number(82)}`);
  });

  it('stops for a day when WhatsApp requires fewer requests', async () => {
    await reset();
    const error = { code: 429, text: 'rate-overlimit' };
    const limited = world.server.faults.received.arm({ error }, { when: iq('usync') });
    const { checks, ...body } = await check(...[40, 41, 42, 43, 44, 45].map(number));
    expect(new Set(reasons(body))).toEqual(new Set(['rate_limited']));
    expect(checks?.stopped?.reason).toBe('rate_limited');
    expect((Date.parse(checks?.stopped?.until ?? '') - Date.now()) / 3_600_000).toBeCloseTo(24, 0);
    const count = queries().length;
    await world.restart();
    expect(reasons(await check(number(46)))).toEqual(['rate_limited']);
    expect([limited.struck, queries().length]).toEqual([1, count]);
    const { degraded } = await world.service.session();
    expect(degraded.map(({ code }) => code)).toEqual(['checks_stopped']);
  });

  it('reports the stop during a pause of profile fetches', async () => {
    await reset();
    const error = { code: 429, text: 'rate-overlimit' };
    world.server.faults.received.arm({ error }, { when: iq('usync') });
    expect(reasons(await check(number(47)))).toEqual(['rate_limited']);
    await reset();
    const { checks, ...body } = await check(number(47));
    expect(reasons(body)).toEqual(['rate_limited']);
    expect(checks?.stopped?.reason).toBe('rate_limited');
    const remainingMs = Date.parse(checks?.stopped?.until ?? '') - Date.now();
    expect(remainingMs).toBeGreaterThan(0);
    expect(remainingMs).toBeLessThan(23 * 3_600_000);
  });

  it('sends nothing while the account is locked from reaching out, or not connected', async () => {
    await reset();
    const count = queries().length;
    const until = new Date(Date.now() + 3_600_000);
    await world.server.sendToCompanions(world.phone, reachOutLocked(until));
    expect(reasons(await check(number(50)))).toEqual(['reachout_locked']);
    await world.server.sendToCompanions(world.phone, reachOutLocked(null));
    await world.server.goDown();
    await world.service.sessionThat(({ status }) => status !== 'open');
    expect(reasons(await check(number(50)))).toEqual(['session_not_open']);
    expect(queries()).toHaveLength(count);
  });
});
