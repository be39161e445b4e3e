import { Curve, generateSignalPubKey, type KeyPair } from '@whiskeysockets/baileys';
import libsignalCurve from 'libsignal/src/curve.js';

/**
 * Verifies an XEdDSA signature by a Curve25519 key.
 *
 * Baileys' `Curve.verify` returns true for every signature of the correct length (7.0.0-rc14). libsignal's own check is
 * correct, and independent of the check that the service uses.
 *
 * @param key 32 bytes
 */
export function isSignedBy(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    const typedKey = Buffer.from(generateSignalPubKey(key));
    return libsignalCurve.verifySignature(typedKey, message, signature);
  } catch {
    return false;
  }
}

/** Verifies the signature of a signed pre-key, which covers the key with its type. */
export function isSignedPreKey(
  identityKey: Uint8Array,
  { publicKey, signature }: { readonly publicKey: Uint8Array; readonly signature: Uint8Array },
): boolean {
  return isSignedBy(identityKey, generateSignalPubKey(publicKey), signature);
}

/** Signs with this key. A forged signature is made with a new key that does not belong to any account. */
export function sign(key: KeyPair, message: Uint8Array, { forged = false } = {}): Uint8Array {
  return Curve.sign(forged ? Curve.generateKeyPair().private : key.private, message);
}
