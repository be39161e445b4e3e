import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { jpeg, ProfileWorld } from './support/profile-world.js';
import { eventually } from './support/service.js';
import { iq } from './whatsapp-server/faults.js';

describe('profiles of 100 people', () => {
  let world: ProfileWorld;

  afterAll(() => world?.end());

  it('arrive once, though the service is killed in the middle', async () => {
    world = await ProfileWorld.create(100, { DOWNLOADS_PER_MINUTE: '1200' });
    await world.service.synced();
    await eventually('some are fetched', async () => (await world.fetched()) >= 20).catch(world.explain);
    await world.service.stop('SIGKILL');
    const before = world.askedAbout.length;
    expect(before).toBeLessThan(100);
    await world.start();
    await eventually(
      'the others are fetched',
      async () => new Set(world.askedForPicture).size >= 100 - 10,
      40_000,
    ).catch(world.explain);
    await eventually(
      'nobody is left but those asked about at the kill',
      async () => (await world.fetched()) >= 100 - 10,
    );
    expect(new Set(world.askedAbout).size).toBe(world.askedAbout.length);
    expect(new Set(world.askedForPicture).size).toBe(world.askedForPicture.length);
  });

  it('pause when WhatsApp complains, also after a restart', async () => {
    const complaint = { error: { code: 429, text: 'rate-overlimit' } };
    world.server.faults.received.arm(complaint, { when: iq('usync'), times: Infinity });
    await world.database.query('UPDATE contact SET profile_fetched_at = NULL, profile_attempted_at = NULL');
    const isPaused = ({ profiles }: { profiles: { paused: string | null } }) =>
      /fewer requests/.test(profiles.paused ?? '');
    const { profiles } = await world.service.sessionThat(isPaused);
    expect(profiles.paused).toMatch(/^WhatsApp asks for fewer requests; goes on at \d{4}-/);
    const asked = world.askedAbout.length;
    await world.service.stop();
    world.server.faults.disarm();
    await world.start();
    await world.service.sessionThat((session) => session.status === 'open' && isPaused(session));
    expect(world.askedAbout.length).toBe(asked);
  });
});

describe('profiles at a careful pace', () => {
  let world: ProfileWorld;

  afterEach(() => world?.end());

  const refresh = (i: number) => {
    return world.service.request(`/contacts/${world.contact(i).number}/refresh`, { method: 'POST' });
  };
  const askedAnybody = () => [...world.askedAbout, ...world.askedForPicture];

  it('are asked about at no time when the budget is 0, and /session says so', async () => {
    world = await ProfileWorld.create(3, { DOWNLOADS_PER_MINUTE: '0' });
    await world.service.synced();
    const { profiles } = await world.service.sessionThat(({ profiles: { paused } }) => paused !== null);
    expect(profiles).toEqual({ people: 3, fetched: 0, due: 3, paused: 'DOWNLOADS_PER_MINUTE is 0.' });
    expect((await refresh(0)).status).toBe(202);
    await sleep(1_500);
    expect(askedAnybody()).toEqual([]);
  });

  it('are asked about only on request in the first minutes after linking', async () => {
    world = await ProfileWorld.create(3, {
      DOWNLOADS_PER_MINUTE: '6000',
      DOWNLOADS_START_AFTER_MINUTES: '5',
    });
    await world.service.synced();
    await sleep(1_500);
    expect(askedAnybody()).toEqual([]);
    await refresh(1);
    const { jid } = world.contact(1);
    expect(await world.personThat('is fetched', jid, ({ about }) => about !== null)).toMatchObject({
      about: 'about 1',
    });
    expect(new Set(askedAnybody())).toEqual(new Set([jid]));
  });

  it('keep what they have when the media server fails, and get the picture when it is back', async () => {
    world = await ProfileWorld.create(3, {
      DOWNLOADS_PER_MINUTE: '6000',
      DOWNLOADS_START_AFTER_MINUTES: '5',
    });
    await world.service.synced();
    const isPicture = ({ kind }: { kind: string }) => kind === 'picture';
    const broken = world.server.faults.media.arm({ cut: true }, { when: isPicture, times: Infinity });
    const { jid } = world.contact(0);
    await refresh(0);
    await broken.whenStruck(3);
    const row = await world.personThat('is fetched', jid, ({ about }) => about !== null);
    expect(row).toMatchObject({ about: 'about 0', picture_bytes: null });
    broken.disarm();
    world.server.faults.media.arm({ status: 503 }, { when: isPicture });
    await refresh(1);
    const other = await world.personThat(
      'has a picture',
      world.contact(1).jid,
      ({ picture }) => picture === 'present',
    );
    expect(other.picture_bytes?.toString()).toBe(jpeg('picture 1').toString());
  });
});
