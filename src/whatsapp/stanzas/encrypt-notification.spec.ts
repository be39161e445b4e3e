import { describe, expect, it } from '@jest/globals';
import { ANNA, element, changesIn, MALFORMED, notification, OWNER } from '../../../test/support/stanzas.js';
import { readEncryptNotification } from './encrypt-notification.js';

const read = (...stanza: Parameters<typeof notification>) =>
  changesIn(readEncryptNotification, notification(...stanza));

describe('a notification about keys', () => {
  it.each([ANNA, '491701234567:0@s.whatsapp.net'])('has the key of %s fetched', (from) => {
    expect(read('encrypt', [element('identity')], { from })).toEqual({ outdatedProfiles: [ANNA] });
  });

  it.each([
    ['of a companion device', [element('identity')], { from: '491701234567:12@s.whatsapp.net' }],
    ['of the account itself', [element('identity')], { from: OWNER.jid }],
    ['about the own pre-keys', [element('count', { value: '3' })], { from: 's.whatsapp.net' }],
  ])('says nothing %s', (_, content, attrs) => {
    expect(read('encrypt', content, attrs)).toEqual({});
  });

  it.each(MALFORMED)('says nothing with %s', (_, content, attrs) => {
    expect(read('encrypt', content, attrs)).toEqual({});
  });
});
