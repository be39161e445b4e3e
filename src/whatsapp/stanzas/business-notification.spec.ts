import { describe, expect, it } from '@jest/globals';
import {
  ANNA,
  certificate,
  element,
  changesIn,
  MALFORMED,
  notification,
  OWNER,
} from '../../../test/support/stanzas.js';
import { readBusinessNotification } from './business-notification.js';

const read = (...stanza: Parameters<typeof notification>) =>
  changesIn(readBusinessNotification, notification(...stanza));

describe('a notification about a business', () => {
  it('tells the verified name', () => {
    expect(read('business', [element('verified_name', { jid: ANNA }, certificate('Bäckerei Anna'))])).toEqual(
      {
        businessNames: [{ address: ANNA, name: 'Bäckerei Anna', isSignedBy: expect.any(Function) }],
        businessFlags: [{ address: ANNA, isBusiness: true }],
      },
    );
  });

  it('tells a business even when its certificate cannot be read', () => {
    expect(read('business', [element('verified_name', {}, Buffer.from('no certificate'))])).toEqual({
      businessFlags: [{ address: ANNA, isBusiness: true }],
    });
  });

  it('tells that a person is no business any more', () => {
    const businessFlags = [{ address: ANNA, isBusiness: false }];
    expect(read('business', [element('remove', { jid: ANNA })])).toEqual({ businessFlags });
  });

  it('has the profile of a person fetched whom it names by a hash', () => {
    expect(read('business', [element('remove', { hash: 'qP3+' })])).toEqual({
      outdatedProfileHashes: ['qP3+'],
    });
  });

  it('says nothing of the account itself', () => {
    expect(read('business', [element('remove', { jid: OWNER.jid })])).toEqual({});
  });

  it.each(MALFORMED)('says nothing with %s', (_, content, attrs) => {
    expect(read('business', content, attrs)).toEqual({});
  });
});
