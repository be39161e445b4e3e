import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ProfileWorld } from '../profiles/profile-world.js';
import { eventually } from '../support/service.js';
import { element } from '../whatsapp-server/stanza.js';

const STRANGERS = 300;

const about = (jid: string, text: string) =>
  element('user', { jid }, [element('status', { t: '1700000000' }, Buffer.from(text))]);

describe('a response to a profile query', () => {
  let world: ProfileWorld;

  beforeAll(async () => {
    world = await ProfileWorld.create(4, { DOWNLOADS_PER_MINUTE: '6000' }, ({ settings }, people) => {
      const [, missing, long] = people;
      settings.usyncLeavesOut.add(missing?.jid ?? '');
      for (let n = 0; n < STRANGERS; n += 1)
        settings.usyncAdds.push(about(`${491_790_000_000 + n}@s.whatsapp.net`, 'nobody asked'));
      long?.profile.setAbout('x'.repeat(100_000));
    });
    await world.service.synced();
    await eventually('three are fetched', async () => (await world.fetched()) === 3).catch(world.explain);
  });

  afterAll(() => world?.end());

  it('applies only to the contacts in the query', async () => {
    const [row] = await world.database.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM contact WHERE jid LIKE '49179%'`,
    );
    expect(row?.count).toBe(0);
    await world.personThat('has an about', world.contact(0).jid, (each) => each.about === 'about 0');
  });

  it('is truncated to a normal length', async () => {
    const { jid } = world.contact(2);
    await world.personThat('is truncated', jid, (each) => each.about === 'x'.repeat(1_000));
  });

  it('does not mark an omitted contact as fetched, and is not requested again at once', async () => {
    const { jid, number } = world.contact(1);
    const missed = async () => {
      const [row] = await world.database.query<{ fetched: Date | null; missed: Date | null }>(
        'SELECT profile_fetched_at AS fetched, profile_missed_at AS missed FROM contact WHERE jid = $1',
        [jid],
      );
      return row;
    };
    expect(await missed()).toEqual({ fetched: null, missed: expect.any(Date) });
    expect(world.askedAbout.filter((each) => each === jid)).toHaveLength(1);
    const { profiles } = await world.service.session();
    expect(profiles).toMatchObject({ people: 4, fetched: 3, due: 0 });

    world.server.settings.usyncLeavesOut.clear();
    await world.service.request(`/contacts/${number}/refresh`, { method: 'POST' });
    await world.personThat('is finally fetched', jid, (each) => each.about === 'about 1');
    expect(await missed()).toEqual({ fetched: expect.any(Date), missed: null });
  });
});
