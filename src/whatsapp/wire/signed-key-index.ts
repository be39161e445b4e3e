import { proto } from '@whiskeysockets/baileys';

const KEY_LENGTH = 32;
/** Type of Curve25519 keys, before the key where it is written with its type. */
const CURVE_TYPE = 5;

/**
 * The identity key of an account out of the content of a `<key-index-list>`, an `ADVSignedKeyIndexList`. What its
 * signature covers is in no source known to us, so it is not verified. Null when the key is missing (people with one
 * device may have none) or the bytes cannot be read.
 */
export function identityKeyIn(keyIndexList: Uint8Array | null): Buffer | null {
  if (!keyIndexList) return null;
  try {
    return bareKey(proto.ADVSignedKeyIndexList.decode(keyIndexList).accountSignatureKey);
  } catch {
    return null;
  }
}

/** A public key's 32 bytes, whether or not its type stands before it; null for anything else. */
export function bareKey(key: Uint8Array | null | undefined): Buffer | null {
  if (key?.length === KEY_LENGTH) return Buffer.from(key);
  return key?.length === KEY_LENGTH + 1 && key[0] === CURVE_TYPE ? Buffer.from(key.subarray(1)) : null;
}
