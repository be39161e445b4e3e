import { describe, expect, it } from '@jest/globals';
import { Curve } from '@whiskeysockets/baileys';
import {
  ANNA,
  ANNA_LID,
  changesIn,
  element,
  IDENTITY,
  keyIndexList,
  MALFORMED,
  notification,
  OWNER,
} from '../../../test/support/stanzas.js';
import { readDevicesNotification } from './devices-notification.js';

const KEY = Buffer.from(IDENTITY.public);
const seenAt = new Date(1_700_000_000_000);

const read = (...stanza: Parameters<typeof notification>) =>
  changesIn(readDevicesNotification, notification(...stanza));
const added = (bytes: Uint8Array) => [
  element('add', {}, [element('device'), element('key-index-list', { ts: '1' }, bytes)]),
];

describe('readDevicesNotification', () => {
  it('returns the mapping and the identity key that has signed the list', () => {
    expect(read('devices', added(keyIndexList()), { lid: ANNA_LID })).toEqual({
      mappings: [{ jid: ANNA, lid: ANNA_LID, observedAt: new Date('2023-11-14T22:13:20.999Z') }],
      identityKeys: [{ address: ANNA, key: KEY, seenAt }],
    });
  });

  it('removes the type prefix of the key', () => {
    const typed = keyIndexList({ key: Buffer.concat([Buffer.from([5]), KEY]) });
    expect(read('devices', added(typed))).toEqual({ identityKeys: [{ address: ANNA, key: KEY, seenAt }] });
  });

  it('returns the key of a hosted account', () => {
    const hosted = added(keyIndexList({ prefix: [6, 7] }));
    expect(read('devices', hosted)).toEqual({ identityKeys: [{ address: ANNA, key: KEY, seenAt }] });
  });

  it.each([
    ['without a key', keyIndexList({ key: Buffer.alloc(0) })],
    ['with a key of another length', keyIndexList({ key: Buffer.alloc(31, 7) })],
    ['signed by another key', keyIndexList({ signer: Curve.generateKeyPair().private })],
    ['whose signature covers something else', keyIndexList({ prefix: [6, 0] })],
    ['that cannot be read', Buffer.from('nonsense')],
  ])('returns no key from a list %s', (_, bytes) => {
    expect(read('devices', added(bytes))).toEqual({});
  });

  it('verifies at most two lists', () => {
    const [one] = added(keyIndexList());
    const many = Array.from({ length: 1_000 }, () => one!);
    expect(read('devices', many).identityKeys).toHaveLength(2);
  });

  it('ignores own devices', () => {
    expect(read('devices', added(keyIndexList()), { from: OWNER.jid })).toEqual({});
  });

  it.each(MALFORMED)('returns no changes with %s', (_, content, attrs) => {
    expect(read('devices', content, attrs)).toEqual({});
  });
});
