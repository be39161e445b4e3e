import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import type { SessionDto } from '../../src/api/sessions/session-status.dto.js';
import { eventually } from '../support/service.js';
import { reachOutLocked } from '../whatsapp-server/contact-news.js';
import { iq } from '../whatsapp-server/faults.js';
import { PICTURE_TOKENS_PROP } from '../whatsapp-server/server-settings.js';
import { element, nowSeconds } from '../whatsapp-server/stanza.js';
import { jpeg, ProfileWorld } from './profile-world.js';

describe('the profile fetch for 100 contacts', () => {
  let world: ProfileWorld;

  afterAll(() => world?.end());

  it('fetches each profile once, although the service is killed in between', async () => {
    world = await ProfileWorld.create(100, { DOWNLOADS_PER_MINUTE: '300' });
    await world.service.synced();
    await eventually('all profiles are fetched', async () => (await world.fetched()) === 100).catch(
      world.explain,
    );
    expect(world.profileQueries).toHaveLength(2);
    await eventually('the batch has ended', async () => {
      const [row] = await world.database.query('SELECT FROM session WHERE profiles_batch_at > now()');
      return row !== undefined;
    });
    await eventually('some are fetched', async () => world.askedForPicture.length >= 20).catch(world.explain);
    await world.service.stop('SIGKILL');
    expect(world.askedForPicture.length).toBeLessThan(100);
    await world.start();
    await eventually('all pictures are requested, except the one at the time of the kill', async () => {
      return (await world.picturesWanted()) <= 1 && new Set(world.askedForPicture).size >= 99;
    }).catch(world.explain);
    expect(await world.fetched()).toBe(100);
    expect(new Set(world.askedAbout).size).toBe(world.askedAbout.length);
    expect(new Set(world.askedForPicture).size).toBe(world.askedForPicture.length);
  });

  it('pauses after a rate limit of WhatsApp, also after a restart', async () => {
    const complaint = { error: { code: 429, text: 'rate-overlimit' } };
    world.server.faults.received.arm(complaint, { when: iq('usync'), times: Infinity });
    await world.service.request(`/contacts/${world.contact(0).number}/refresh`, { method: 'POST' });
    const isPaused = ({ profiles }: { profiles: { paused: string | null } }) =>
      /fewer requests/.test(profiles.paused ?? '');
    const { profiles } = await world.service.sessionThat(isPaused);
    expect(profiles.paused).toMatch(
      /^WhatsApp requires fewer requests \(429\)\. Profile fetches resume at \d{4}-/,
    );
    const asked = world.askedAbout.length;
    await world.service.stop();
    world.server.faults.disarm();
    await world.start();
    await world.service.sessionThat((session) => session.status === 'open' && isPaused(session));
    expect(world.askedAbout.length).toBe(asked);
  });
});

describe('the profile fetch in batches', () => {
  let world: ProfileWorld;

  afterEach(() => world?.end());

  it('makes a long pause after each batch, which a restart does not shorten', async () => {
    world = await ProfileWorld.create(6, { DOWNLOADS_PER_MINUTE: '6000', DOWNLOADS_BATCH_SIZE: '4' });
    await world.service.synced();
    await eventually('the first batch is fetched', async () => (await world.fetched()) === 4);
    await world.restart();
    await sleep(7_000);
    expect(world.askedAbout).toHaveLength(4);
    const [session] = await world.database.query<{ minutes: number }>(
      `SELECT extract(epoch FROM profiles_batch_at - now()) / 60 AS minutes FROM session`,
    );
    expect(Number(session?.minutes)).toBeGreaterThan(170);
    expect(Number(session?.minutes)).toBeLessThanOrEqual(240);
    // A request of a caller does not wait for the pause.
    const [jid] = world.contacts.map((each) => each.jid).filter((each) => !world.askedAbout.includes(each));
    await world.service.request(`/contacts/${jid}/refresh`, { method: 'POST' });
    await world.personThat('is fetched', jid ?? '', ({ picture }) => picture === 'present');
  });

  it('does not request pictures that have not changed', async () => {
    world = await ProfileWorld.create(3, { DOWNLOADS_PER_MINUTE: '6000' });
    await world.service.synced();
    await world.allFetched();
    await world.database.query(
      `UPDATE contact SET profile_fetched_at = now() - interval '8 days'; UPDATE session SET profiles_batch_at = NULL`,
    );
    world.contact(1).profile.setPicture(jpeg('another'));
    await world.restart();
    await eventually('all profiles are fetched again', async () => world.askedAbout.length === 6);
    await world.personThat(
      'has the new picture',
      world.contact(1).jid,
      ({ picture_bytes }) => picture_bytes?.equals(jpeg('another')) ?? false,
    );
    expect(world.askedForPicture).toHaveLength(4);
  });

  it('requests pictures one by one if usync responses do not contain them', async () => {
    world = await ProfileWorld.create(3, { DOWNLOADS_PER_MINUTE: '6000' }, ({ settings }) => {
      settings.tellsPictures = false;
    });
    await world.service.synced();
    await world.allFetched();
    expect(world.askedForPicture).toHaveLength(3);
  });

  it('pauses when WhatsApp does not answer picture requests', async () => {
    world = await ProfileWorld.create(5, { DOWNLOADS_PER_MINUTE: '6000' }, ({ faults }) => {
      faults.received.arm({ ignore: true }, { when: iq('w:profile:picture'), times: Infinity });
    });
    await world.service.synced();
    const isPaused = ({ profiles }: { profiles: { paused: string | null } }) =>
      /has not answered 3 requests/.test(profiles.paused ?? '');
    await world.service.sessionThat(isPaused);
    expect(world.askedForPicture).toHaveLength(3);
  });

  it('stops while WhatsApp restricts the account from starting new chats', async () => {
    world = await ProfileWorld.create(3, {
      DOWNLOADS_PER_MINUTE: '6000',
      DOWNLOADS_START_AFTER_MINUTES: '5',
    });
    await world.service.synced();
    world.phone.reachOutLockedUntil = new Date(Date.now() + 3_600_000);
    await world.server.sendToCompanions(world.phone, reachOutLocked(world.phone.reachOutLockedUntil));
    const codes = ({ degraded }: SessionDto) => degraded.map(({ code }) => code);
    const locked = await world.service.sessionThat((session) => codes(session).includes('reachout_locked'));
    expect(locked.profiles.paused).toMatch(
      /^WhatsApp has temporarily locked reaching out to contacts\. Profile fetches resume at /,
    );
    await world.service.request(`/contacts/${world.contact(0).number}/refresh`, { method: 'POST' });
    await world.restart();
    await sleep(1_500);
    expect(world.askedAbout).toEqual([]);
    world.phone.reachOutLockedUntil = null;
    await world.server.sendToCompanions(world.phone, reachOutLocked(null));
    await world.personThat('is fetched', world.contact(0).jid, ({ about }) => about !== null);
    expect(codes(await world.service.session())).toEqual([]);
  });

  it('stops when WhatsApp reports a restriction at login without a previous notification', async () => {
    world = await ProfileWorld.create(3, {
      DOWNLOADS_PER_MINUTE: '6000',
      DOWNLOADS_START_AFTER_MINUTES: '5',
    });
    await world.service.synced();
    const until = new Date(Math.ceil(Date.now() / 1_000) * 1_000 + 3_600_000);
    world.phone.reachOutLockedUntil = until;
    await world.restart();
    const lockOf = ({ degraded }: SessionDto) => degraded.find(({ code }) => code === 'reachout_locked');
    const locked = await world.service.sessionThat((session) => lockOf(session) !== undefined);
    expect(locked.profiles.paused).toContain(until.toISOString());
    await world.service.request(`/contacts/${world.contact(0).number}/refresh`, { method: 'POST' });
    await sleep(1_500);
    expect(world.askedAbout).toEqual([]);
    world.phone.reachOutLockedUntil = null;
    await world.restart();
    await world.personThat('is fetched', world.contact(0).jid, ({ about }) => about !== null);
    await world.service.sessionThat((session) => lockOf(session) === undefined);
  });

  it('continues when WhatsApp rejects the query for restrictions', async () => {
    world = await ProfileWorld.create(1, { DOWNLOADS_PER_MINUTE: '6000' }, ({ faults }) => {
      faults.received.arm(
        { error: { code: 400, text: 'bad-request' } },
        { when: iq('w:mex'), times: Infinity },
      );
    });
    await world.service.synced();
    await world.allFetched();
    expect((await world.service.session()).degraded).toEqual([]);
  });

  it('sends the privacy token of a contact, from history or a notification', async () => {
    const token = Buffer.from('a token');
    world = await ProfileWorld.create(
      2,
      { DOWNLOADS_PER_MINUTE: '6000' },
      ({ settings }, people) => {
        settings.abProps.set(PICTURE_TOKENS_PROP, '1');
        for (const { profile } of people) profile.privacyToken = token;
      },
      ([known]) => ({
        conversations: [
          { id: known?.lidJid, tcToken: token, tcTokenTimestamp: Math.floor(Date.now() / 1_000) },
        ],
      }),
    );
    await world.service.synced();
    await world.allFetched();
    const shown = await world.personThat(
      'is shown',
      world.contact(0).jid,
      ({ picture }) => picture === 'present',
    );
    expect(shown).toMatchObject({ about: 'about 0', about_state: 'known' });
    const hidden = await world.personThat(
      'is hidden',
      world.contact(1).jid,
      ({ picture }) => picture === 'hidden',
    );
    expect(hidden).toMatchObject({ about: null, about_state: 'hidden' });
    const later = element('token', { type: 'trusted_contact', t: nowSeconds(), jid: world.phone.jid }, token);
    await world.server.sendToCompanions(
      world.phone,
      element('notification', { from: world.contact(1).jid, type: 'privacy_token' }, [
        element('tokens', {}, [later]),
      ]),
    );
    await world.service.request(`/contacts/${world.contact(1).number}/refresh`, { method: 'POST' });
    await world.personThat('is shown', world.contact(1).jid, ({ about, picture }) => {
      return about === 'about 1' && picture === 'present';
    });
  });
});

describe('the profile fetch at the default pace', () => {
  let world: ProfileWorld;

  afterEach(() => world?.end());

  const refresh = (i: number) => {
    return world.service.request(`/contacts/${world.contact(i).number}/refresh`, { method: 'POST' });
  };
  const askedAnybody = () => [...world.askedAbout, ...world.askedForPicture];

  it('makes no requests if the budget is 0, and reports this at /session', async () => {
    world = await ProfileWorld.create(3, { DOWNLOADS_PER_MINUTE: '0' });
    await world.service.synced();
    const { profiles } = await world.service.sessionThat(({ profiles: { paused } }) => paused !== null);
    expect(profiles).toEqual({ people: 3, fetched: 0, due: 3, paused: 'DOWNLOADS_PER_MINUTE is 0.' });
    expect(await refresh(0)).toMatchObject({ status: 409, body: { code: 'fetches_off' } });
    await sleep(1_500);
    expect(askedAnybody()).toEqual([]);
  });

  it('fetches profiles only on request in the first minutes after linking', async () => {
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

  it('keeps stored data when the media server fails, and fetches the picture later', async () => {
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
