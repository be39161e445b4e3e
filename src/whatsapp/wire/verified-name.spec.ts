import { describe, expect, it } from '@jest/globals';
import { Curve } from '@whiskeysockets/baileys';
import { certificate, element, IDENTITY } from '../../../test/support/stanzas.js';
import { verifiedNameIn } from './verified-name.js';

const read = (bytes: Uint8Array) =>
  verifiedNameIn(element('message', {}, [element('verified_name', {}, bytes)]));

describe('verifiedNameIn', () => {
  it('verifies the certificate with the identity key of the business', () => {
    const verified = read(certificate('Bäckerei Anna'));
    expect(verified?.name).toBe('Bäckerei Anna');
    expect(verified?.isSignedBy?.(IDENTITY.public)).toBe(true);
    expect(verified?.isSignedBy?.(Curve.generateKeyPair().public)).toBe(false);
  });

  it('accepts certificates for the Business API without the signature of the business', () => {
    expect(read(certificate('Bank', { issuer: 'ent:wa' }))).toEqual({ name: 'Bank' });
  });

  it('rejects certificates that cannot be read or have no name', () => {
    expect(read(Buffer.from('no certificate'))).toBeNull();
    expect(read(certificate(''))).toBeNull();
  });
});
