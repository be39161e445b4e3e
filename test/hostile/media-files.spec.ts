import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { proto } from '@whiskeysockets/baileys';
import { eventually } from '../support/service.js';
import { World } from '../support/world.js';

const { RECENT } = proto.Message.HistorySyncType;

describe('a media file', () => {
  let world: World;
  let people = 0;

  beforeAll(async () => {
    world = await World.create();
    await world.phone.saveContact({ number: '491701230000', fullName: 'Anna' });
    await world.startLinked();
    await world.truth();
  });

  beforeEach(() => world.database.query('DELETE FROM degradation'));

  afterAll(() => world.stop());

  /** Sends a push name in a file. @returns the number of the contact that it names */
  const sendName = async (announced?: proto.Message.IHistorySyncNotification): Promise<string> => {
    const number = String(491_706_000_000 + (people += 1));
    const pushNames = [{ jid: `${number}@s.whatsapp.net`, name: 'from a file' }];
    await world.phone.sendHistory({ syncType: RECENT, pushNames, external: true, announced });
    return number;
  };
  const pushNameOf = async (number: string) => {
    const rows = await world.database.query<{ push_name: string }>(
      'SELECT push_name FROM contact WHERE jid = $1',
      [`${number}@s.whatsapp.net`],
    );
    return rows[0]?.push_name;
  };
  const isRead = (number: string) =>
    eventually('it is read', async () => (await pushNameOf(number)) === 'from a file');
  const isGivenUp = () =>
    eventually('it is abandoned', async () => {
      const rows = await world.database.query<object>('SELECT FROM history_notification');
      return rows.length === 0;
    });
  const degraded = async () => (await world.state()).degraded.map(({ code }) => code);

  it.each([
    '.evil.example/x',
    '@evil.example/x',
    '//evil.example/x',
    '/\\evil.example/x',
    ':8443/x',
    'https://evil.example/x',
    'x',
  ])('is abandoned without a request when its path is %s', async (directPath) => {
    const fetched = world.server.downloads.length;
    const number = await sendName({ directPath });
    await isGivenUp();
    expect(world.server.downloads.slice(fetched)).toEqual([]);
    expect(await pushNameOf(number)).toBeUndefined();
    expect(await degraded()).toEqual(['history_lost']);
  });

  it('is not fetched from other hosts that the media server redirects to', async () => {
    const redirect = `${world.server.mediaUrl}/another-place`;
    const redirected = world.server.faults.media.arm({ redirect });
    const number = await sendName();
    await redirected.whenStruck();
    await isRead(number);
    expect(world.server.downloads.filter(({ path }) => path === '/another-place')).toEqual([]);
  });

  it.each(['wrong-mac', 'truncated'] as const)(
    'is not used while it is %s, and is fetched again',
    async (content) => {
      const spoiled = world.server.faults.media.arm({ content });
      const number = await sendName();
      await spoiled.whenStruck();
      expect(await pushNameOf(number)).toBeUndefined();
      await isRead(number);
      expect(world.server.downloads.at(-2)?.path).toBe(world.server.downloads.at(-1)?.path);
    },
  );

  it('is abandoned when it differs from the announced file', async () => {
    const number = await sendName({ fileEncSha256: Buffer.alloc(32, 1) });
    await isGivenUp();
    expect(await pushNameOf(number)).toBeUndefined();
    expect(await degraded()).toEqual(['history_lost']);
  });

  it('is abandoned after five attempts that the service did not survive', async () => {
    // A snapshot may be downloaded as soon as the history is abandoned.
    const ofHistory = { times: Infinity, when: ({ kind }: { kind: string }) => kind === 'history' };
    const endless = world.server.faults.media.arm({ endless: true }, ofHistory);
    const number = await sendName();
    for (const attempt of [1, 2, 3, 4, 5]) {
      await endless.whenStruck(attempt);
      await world.killAndRestart();
    }
    await isGivenUp();
    expect(endless.struck).toBe(5);
    endless.disarm();
    expect(await pushNameOf(number)).toBeUndefined();
    await world.stateThat(({ status }) => status === 'open');
    expect(await degraded()).toEqual(['history_lost']);
  });
});
