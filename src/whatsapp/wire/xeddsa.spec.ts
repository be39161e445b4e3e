import { describe, expect, it } from '@jest/globals';
import { Curve, generateSignalPubKey } from '@whiskeysockets/baileys';
import libsignalCurve from 'libsignal/src/curve.js';
import { createSigner, isSignedBy } from './xeddsa.js';

const message = Buffer.from('hello');

describe('isSignedBy', () => {
  it('rejects signatures by another key, and of another message', () => {
    for (let i = 0; i < 20; i += 1) {
      const [own, other] = [Curve.generateKeyPair(), Curve.generateKeyPair()];
      const signature = Curve.sign(own.private, message);
      expect(isSignedBy(own.public, message, signature)).toBe(true);
      expect(isSignedBy(other.public, message, signature)).toBe(false);
      expect(isSignedBy(own.public, Buffer.from('hullo'), signature)).toBe(false);
    }
  });

  it('rejects keys of small order, for which anyone can forge signatures', () => {
    const [identityPoint, scalarZero] = [Buffer.alloc(32), Buffer.alloc(32)];
    identityPoint[0] = 1;
    const forged = Buffer.concat([identityPoint, scalarZero]);
    const orderTwo = Buffer.alloc(32);
    for (let i = 0; i < 20; i += 1) expect(isSignedBy(orderTwo, Buffer.from([i]), forged)).toBe(false);
  });

  it('rejects keys that are not canonical', () => {
    const { public: key, private: secret } = Curve.generateKeyPair();
    const signature = Curve.sign(secret, message);
    const notCanonical = Buffer.from(key);
    notCanonical[31] = (notCanonical[31] ?? 0) | 0x80;
    expect(isSignedBy(notCanonical, message, signature)).toBe(false);
  });

  it('rejects signatures and keys of another length', () => {
    const { public: key, private: secret } = Curve.generateKeyPair();
    const signature = Curve.sign(secret, message);
    expect(isSignedBy(key, message, signature.subarray(1))).toBe(false);
    expect(isSignedBy(key.subarray(1), message, signature)).toBe(false);
  });
});

describe('createSigner', () => {
  it('signs like a Curve25519 key', () => {
    for (let i = 0; i < 20; i += 1) {
      const [own, other] = [createSigner(), createSigner()];
      const signature = own.sign(message);
      const typedKey = Buffer.from(generateSignalPubKey(own.public));
      expect(libsignalCurve.verifySignature(typedKey, message, signature)).toBe(true);
      expect(isSignedBy(own.public, message, signature)).toBe(true);
      expect(isSignedBy(other.public, message, signature)).toBe(false);
    }
  });
});
