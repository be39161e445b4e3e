import { forEachField } from './protobuf-fields.js';
import { bareKey } from './signed-key-index.js';

/** Field of the identity key in Signal's `PreKeyWhisperMessage`, which follows one byte with the version. */
const IDENTITY_KEY_FIELD = 3;

/** Returns the sender's identity key, 32 bytes, from the unencrypted part of the message; null if it cannot be read. */
export function identityKeyOfPreKeyMessage(ciphertext: Uint8Array): Buffer | null {
  let key: Buffer | null = null;
  try {
    forEachField(ciphertext.subarray(1), (field, content) => {
      if (field === IDENTITY_KEY_FIELD) key = bareKey(content());
    });
  } catch {
    return null;
  }
  return key;
}
