import { describe, expect, it } from '@jest/globals';
import { ANNA, changesIn, element, MALFORMED, notification, OWNER } from '../../../test/support/stanzas.js';
import { readEncryptNotification } from './encrypt-notification.js';

const read = (...stanza: Parameters<typeof notification>) =>
  changesIn(readEncryptNotification, notification(...stanza));

describe('readEncryptNotification', () => {
  it.each([ANNA, '491701234567:0@s.whatsapp.net'])('requests the key of %s', (from) => {
    expect(read('encrypt', [element('identity')], { from })).toEqual({ outdatedProfiles: [ANNA] });
  });

  it.each([
    ['for a companion device', [element('identity')], { from: '491701234567:12@s.whatsapp.net' }],
    ['for the account itself', [element('identity')], { from: OWNER.jid }],
    ['for own pre-keys', [element('count', { value: '3' })], { from: 's.whatsapp.net' }],
  ])('returns no changes %s', (_, content, attrs) => {
    expect(read('encrypt', content, attrs)).toEqual({});
  });

  it.each(MALFORMED)('returns no changes with %s', (_, content, attrs) => {
    expect(read('encrypt', content, attrs)).toEqual({});
  });
});
