import { describe, expect, it } from '@jest/globals';
import {
  ANNA,
  certificate,
  changesIn,
  element,
  MALFORMED,
  notification,
  OWNER,
} from '../../../test/support/stanzas.js';
import { readBusinessNotification } from './business-notification.js';

const read = (...stanza: Parameters<typeof notification>) =>
  changesIn(readBusinessNotification, notification(...stanza));

describe('readBusinessNotification', () => {
  it('returns the verified name', () => {
    expect(read('business', [element('verified_name', { jid: ANNA }, certificate('Bäckerei Anna'))])).toEqual(
      {
        businessNames: [{ address: ANNA, name: 'Bäckerei Anna', isSignedBy: expect.any(Function) }],
        businessFlags: [{ address: ANNA, isBusiness: true }],
      },
    );
  });

  it('returns a business even if its certificate cannot be read', () => {
    expect(read('business', [element('verified_name', {}, Buffer.from('no certificate'))])).toEqual({
      businessFlags: [{ address: ANNA, isBusiness: true }],
    });
  });

  it('returns that a contact is no longer a business', () => {
    const businessFlags = [{ address: ANNA, isBusiness: false }];
    expect(read('business', [element('remove', { jid: ANNA })])).toEqual({ businessFlags });
  });

  it('requests the profile of a contact that is identified by a hash', () => {
    expect(read('business', [element('remove', { hash: 'qP3+' })])).toEqual({
      outdatedProfileHashes: ['qP3+'],
    });
  });

  it('ignores the account itself', () => {
    expect(read('business', [element('remove', { jid: OWNER.jid })])).toEqual({});
  });

  it.each(MALFORMED)('returns no changes with %s', (_, content, attrs) => {
    expect(read('business', content, attrs)).toEqual({});
  });
});
