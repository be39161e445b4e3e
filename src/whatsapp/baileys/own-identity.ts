import { proto, WA_ADV_ACCOUNT_SIG_PREFIX } from '@whiskeysockets/baileys';
import { bareKey } from '../wire/signed-key-index.js';
import { isSignedBy } from '../wire/xeddsa.js';

/**
 * Returns the identity keys, 32 bytes each, that opened the sessions of a Signal record.
 * @param record libsignal's `SessionRecord.serialize()`; anything else contains no keys
 */
export function identityKeysOfSession(record: unknown): Buffer[] {
  const { _sessions: sessions = {} } = (record ?? {}) as { _sessions?: Record<string, SessionEntry> };
  return Object.values(sessions).flatMap(({ indexInfo }) => {
    const text = indexInfo?.remoteIdentityKey;
    return text === undefined ? [] : (bareKey(Buffer.from(text, 'base64')) ?? Buffer.alloc(0));
  });
}

interface SessionEntry {
  indexInfo?: { remoteIdentityKey?: string };
}

/**
 * Returns whether the phone has linked the device that has this identity key.
 * @param deviceIdentity `<device-identity>` of the stanza, an `ADVSignedDeviceIdentity`
 * @param accountKey identity key of the account, 32 bytes, which the phone uses to sign its devices
 */
export function isDeviceOfAccount(
  identityKey: Uint8Array,
  deviceIdentity: Uint8Array | null,
  accountKey: Uint8Array,
): boolean {
  if (!deviceIdentity) return false;
  try {
    const { details, accountSignature } = proto.ADVSignedDeviceIdentity.decode(deviceIdentity);
    if (!details || !accountSignature) return false;
    const signed = Buffer.concat([WA_ADV_ACCOUNT_SIG_PREFIX, details, identityKey]);
    return isSignedBy(accountKey, signed, accountSignature);
  } catch {
    return false;
  }
}
