import { describe, expect, it } from '@jest/globals';
import {
  ANNA,
  ANNA_LID,
  element,
  changesIn,
  keyIndexList,
  MALFORMED,
  notification,
  OWNER,
} from '../../../test/support/stanzas.js';
import { readDevicesNotification } from './devices-notification.js';

const KEY = Buffer.alloc(32, 7);
const seenAt = new Date(1_700_000_000_000);

const read = (...stanza: Parameters<typeof notification>) =>
  changesIn(readDevicesNotification, notification(...stanza));
const added = (bytes: Uint8Array) => [
  element('add', {}, [element('device'), element('key-index-list', { ts: '1' }, bytes)]),
];

describe('a notification about devices', () => {
  it('tells the identity key that has signed the list, and the mapping', () => {
    expect(read('devices', added(keyIndexList(KEY)), { lid: ANNA_LID })).toEqual({
      mappings: [{ jid: ANNA, lid: ANNA_LID, observedAt: new Date('2023-11-14T22:13:20.999Z') }],
      identityKeys: [{ address: ANNA, key: KEY, seenAt }],
    });
  });

  it('takes the type before the key for no part of it', () => {
    const typed = keyIndexList(Buffer.concat([Buffer.from([5]), KEY]));
    expect(read('devices', added(typed))).toEqual({ identityKeys: [{ address: ANNA, key: KEY, seenAt }] });
  });

  it.each([
    ['without a key', keyIndexList(Buffer.alloc(0))],
    ['with a key of another length', keyIndexList(Buffer.alloc(31, 7))],
    ['that cannot be read', Buffer.from('nonsense')],
  ])('learns nothing from a list %s', (_, bytes) => {
    expect(read('devices', added(bytes))).toEqual({});
  });

  it('says nothing of the own devices', () => {
    expect(read('devices', added(keyIndexList(KEY)), { from: OWNER.jid })).toEqual({});
  });

  it.each(MALFORMED)('says nothing with %s', (_, content, attrs) => {
    expect(read('devices', content, attrs)).toEqual({});
  });
});
