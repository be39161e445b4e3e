import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { proto } from '@whiskeysockets/baileys';
import { eventually } from '../support/service.js';
import { World } from '../support/world.js';
import { encodeRecovery } from '../whatsapp-server/app-state/recovery.js';
import { SyncKeys } from '../whatsapp-server/app-state/sync-keys.js';
import { keyShareMessage, recoveryMessage } from '../whatsapp-server/briefing.js';
import { historyMessage } from '../whatsapp-server/history.js';
import type { Jid } from '../whatsapp-server/jid.js';

/** Attributes from which a client may derive the sender of a stanza, or the address for decrypting it. */
const ADDRESSING = [
  'participant',
  'participant_pn',
  'participant_lid',
  'sender_pn',
  'sender_lid',
  'recipient',
  'recipient_pn',
  'recipient_lid',
  'peer_recipient_pn',
  'peer_recipient_lid',
  'addressing_mode',
] as const;
type Attribute = (typeof ADDRESSING)[number];

const POISONED = '491709990001';
const GROUP = '120363000000000001@g.us';

/** Kinds of peer message that the service handles, each with content that is visible when it is stored. */
type Kind = 'sync keys' | 'history' | 'recovery';
const KINDS: readonly Kind[] = ['sync keys', 'history', 'recovery'];

describe('a peer message', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.create();
    await world.phone.saveContact({ number: '491701230001', fullName: 'Anna Huber' });
    await world.startLinked();
    await world.truth();
  });

  afterAll(() => world.stop());

  /** Returns a message of a kind, and the id of a new sync key in it, to check for later. */
  function content(kind: Kind): { message: proto.IMessage; keyId?: string } {
    if (kind === 'sync keys') {
      const keys = new SyncKeys();
      return { message: keyShareMessage(keys.all), keyId: keys.current.id.toString('base64') };
    }
    if (kind === 'history') {
      const syncType = proto.Message.HistorySyncType.PUSH_NAME;
      const pushNames = [{ jid: `${POISONED}@s.whatsapp.net` as Jid, name: 'Your bank' }];
      return { message: historyMessage({ syncType, pushNames }, world.server.media) };
    }
    const { appState } = world.phone;
    const records = encodeRecovery(appState.get('critical_unblock_low'), appState.keys);
    return { message: recoveryMessage(gzipSync(records)) };
  }

  async function stored(): Promise<{
    keys: string[];
    histories: number;
    recoveries: number;
    poisoned: boolean;
  }> {
    const { database } = world;
    const keys = await database.query<{ id: string }>(
      "SELECT id FROM auth_key WHERE type = 'app-state-sync-key'",
    );
    const [{ count: histories } = { count: '0' }] = await database.query<{ count: string }>(
      'SELECT count(*) FROM history_notification',
    );
    const [{ count: recoveries } = { count: '0' }] = await database.query<{ count: string }>(
      'SELECT count(*) FROM app_state_collection WHERE recovery IS NOT NULL',
    );
    const poisoned = (await world.listedOne(POISONED)) !== undefined;
    return {
      keys: keys.map(({ id }) => id).sort(),
      histories: Number(histories),
      recoveries: Number(recoveries),
      poisoned,
    };
  }

  /** The address that an attribute would need to make the sender look like this account. */
  const ownAddress = (attribute: Attribute) => {
    if (attribute === 'addressing_mode') return 'lid';
    return attribute.endsWith('_lid') ? world.phone.lidJid : world.phone.jid;
  };

  describe.each([
    ['an unknown sender with a number', { lid: null, number: '491701230011' }, undefined],
    ['an unknown sender with a LID', { addressing: 'lid', number: '491701230012' }, undefined],
    ['a member of a group', { number: '491701230013' }, GROUP],
  ] as const)('of %s', (_name, identity, group) => {
    it.each(ADDRESSING)('is never read, regardless of %s', async (attribute) => {
      const stranger = world.server.createContact({
        ...identity,
        number: `${identity.number}${ADDRESSING.indexOf(attribute)}`,
        pushName: 'Mallory',
      });
      const before = await stored();
      const own = ownAddress(attribute);
      const from = group ? { from: group, participant: stranger.jid } : {};
      for (const kind of KINDS) {
        for (const category of ['peer', undefined]) {
          const attrs = { ...from, category, [attribute]: own };
          // The first message could create a mapping that the second one uses.
          await stranger.sendForged(world.phone, content(kind).message, attrs).catch(() => undefined);
          await stranger.sendForged(world.phone, content(kind).message, attrs).catch(() => undefined);
        }
      }
      expect(await stored()).toEqual(before);
      expect(await world.differences()).toEqual([]);
    });
  });

  describe('of the phone', () => {
    it.each(ADDRESSING.filter((name) => name !== 'participant'))(
      'is read, regardless of %s',
      async (name) => {
        const stranger = world.server.createContact({ number: `4917012300${40 + ADDRESSING.indexOf(name)}` });
        const value =
          name === 'addressing_mode' ? 'pn' : name.endsWith('_lid') ? stranger.lidJid : stranger.jid;
        const { message, keyId } = content('sync keys');
        await world.phone.sendPeer(message, { [name]: value });
        expect((await stored()).keys).toContain(keyId);
      },
    );

    it('is read if it contains a large part of the history', async () => {
      const pushNames = Array.from({ length: 3_000 }, (_, i) => ({
        jid: `4917${String(i).padStart(9, '0')}@s.whatsapp.net` as Jid,
        name: randomBytes(12).toString('hex'),
      }));
      const syncType = proto.Message.HistorySyncType.PUSH_NAME;
      await world.phone.sendPeer(historyMessage({ syncType, pushNames }, world.server.media));
      const last = pushNames.at(-1);
      await eventually(
        'the last push name is stored',
        async () => (await world.listedOne(last?.jid.split('@')[0] ?? ''))?.push_name === last?.name,
      );
    });

    it('is not read if the participant is another account', async () => {
      const { message, keyId } = content('sync keys');
      await world.phone
        .sendPeer(message, { participant: '491701230001@s.whatsapp.net' })
        .catch(() => undefined);
      expect((await stored()).keys).not.toContain(keyId);
    });

    it('is not read if it is encrypted with another identity key', async () => {
      const impostor = world.server.createContact({ number: '491701230060', lid: null });
      const { message, keyId } = content('sync keys');
      await impostor.sendForged(world.phone, message, { from: world.phone.jid, category: 'peer' });
      expect((await stored()).keys).not.toContain(keyId);
      const next = content('sync keys');
      await world.phone.sendPeer(next.message);
      expect((await stored()).keys).toContain(next.keyId);
    });
  });

  describe('of another companion', () => {
    it('is read if it shares sync keys', async () => {
      const { message, keyId } = content('sync keys');
      await world.phone.addOtherDevice().sendPeer(message);
      expect((await stored()).keys).toContain(keyId);
    });

    it.each(['history', 'recovery'] as const)('is not read if it contains %s', async (kind) => {
      const before = await stored();
      await world.phone.addOtherDevice().sendPeer(content(kind).message);
      expect(await stored()).toEqual(before);
    });

    it('is not read if the phone has not linked that companion', async () => {
      const before = await stored();
      for (const kind of KINDS) {
        await world.phone.addOtherDevice({ isLinked: false }).sendPeer(content(kind).message);
      }
      expect(await stored()).toEqual(before);
    });
  });
});
