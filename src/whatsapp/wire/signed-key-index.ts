import { proto } from '@whiskeysockets/baileys';
import { isSignedBy } from './xeddsa.js';

const KEY_LENGTH = 32;
/** Type of Curve25519 keys, before the key where it is written with its type. */
const CURVE_TYPE = 5;

/** What the signature covers begins with these bytes; hosted accounts have some of their own (zapo, whatsmeow). */
const PREFIXES = [Buffer.from([6, 2]), Buffer.from([6, 7])];

/**
 * The identity key of an account out of the content of a `<key-index-list>`, an `ADVSignedKeyIndexList`, which is signed
 * with it. Null when the key is missing (the server leaves it out of other people's lists), the signature is of another, or the
 * bytes cannot be read.
 */
export function identityKeyIn(keyIndexList: Uint8Array | null): Buffer | null {
  if (!keyIndexList) return null;
  try {
    const { details, accountSignature, accountSignatureKey } =
      proto.ADVSignedKeyIndexList.decode(keyIndexList);
    const key = bareKey(accountSignatureKey);
    if (!key || !details || !accountSignature) return null;
    const isSigned = PREFIXES.some((prefix) =>
      isSignedBy(key, Buffer.concat([prefix, details]), accountSignature),
    );
    return isSigned ? key : null;
  } catch {
    return null;
  }
}

/** A public key's 32 bytes, whether or not its type stands before it; null for anything else. */
export function bareKey(key: Uint8Array | null | undefined): Buffer | null {
  if (key?.length === KEY_LENGTH) return Buffer.from(key);
  return key?.length === KEY_LENGTH + 1 && key[0] === CURVE_TYPE ? Buffer.from(key.subarray(1)) : null;
}
