import type { AddressBookOwner, IdentityKeySeen } from '../../contacts/write/contact-changes.js';
import { type Address, parseAddress } from '../../kernel/identifiers/address.js';
import { bareKey } from './signed-key-index.js';
import { isOwn } from './stanza-values.js';

/** A Signal address of a primary device: user, address domain, device 0. */
const PRIMARY = /^(\d+)(?:_(\d+))?\.0$/;

/** Address domains as in Baileys' `WAJIDDomains`: LIDs, and LIDs of hosted accounts. All others are numbers. */
const LID_DOMAINS = new Set(['1', '129']);

/**
 * Returns the identity keys of contacts among the device keys that Baileys stores for Signal sessions. The key of the
 * primary device is the key of the account.
 * @param records Baileys' `identity-key` records by Signal address, 33 bytes each; null for a deleted record
 */
export function identityKeysOf(
  records: Record<string, Uint8Array | null>,
  owner: AddressBookOwner,
  seenAt: Date,
): IdentityKeySeen[] {
  return Object.entries(records).flatMap(([signalAddress, bytes]) => {
    const address = accountOf(signalAddress);
    const key = bareKey(bytes);
    return address && key && !isOwn(address, owner) ? [{ address, key, seenAt }] : [];
  });
}

function accountOf(signalAddress: string): Address | null {
  const match = PRIMARY.exec(signalAddress);
  if (!match) return null;
  const server = LID_DOMAINS.has(match[2] ?? '') ? 'lid' : 's.whatsapp.net';
  return parseAddress(`${match[1]}@${server}`);
}
