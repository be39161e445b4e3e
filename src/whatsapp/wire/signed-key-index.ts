import { proto } from '@whiskeysockets/baileys';
import { isSignedBy } from './xeddsa.js';

const KEY_LENGTH = 32;
/** First byte of a Curve25519 key that is encoded with its type. */
const CURVE_TYPE = 5;

/** First bytes of the signed data, for accounts and for hosted accounts (zapo, whatsmeow). */
const PREFIXES = [Buffer.from([6, 2]), Buffer.from([6, 7])];

/**
 * Reads the identity key of an account from a `<key-index-list>`, an `ADVSignedKeyIndexList`, which is signed with it.
 * @returns null if the key is missing (the server omits it from lists of other accounts), if the signature is invalid,
 *   or if the bytes cannot be read
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

/** Returns the 32 bytes of a public key that is encoded with or without its type; null for other input. */
export function bareKey(key: Uint8Array | null | undefined): Buffer | null {
  if (key?.length === KEY_LENGTH) return Buffer.from(key);
  return key?.length === KEY_LENGTH + 1 && key[0] === CURVE_TYPE ? Buffer.from(key.subarray(1)) : null;
}
