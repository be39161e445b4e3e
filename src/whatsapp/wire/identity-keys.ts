import { type Address, parseAddress } from '../../kernel/identifiers/address.js';
import type { AddressBookOwner, IdentityKeySeen } from '../../contacts/write/contact-changes.js';
import { bareKey } from './signed-key-index.js';
import { isOwn } from './stanza-values.js';

/** A Signal address of a primary device: user, address domain, device 0. */
const PRIMARY = /^(\d+)(?:_(\d+))?\.0$/;

/** Address domains as in Baileys' `WAJIDDomains`: LIDs, and LIDs of hosted accounts. All others are numbers. */
const LID_DOMAINS = new Set(['1', '129']);

/**
 * The identity keys of accounts among those of devices that Baileys keeps when a Signal session is made: the
 * primary device's is the account's.
 * @param kept Baileys' `identity-key` records by Signal address, 33 bytes each; null where one is deleted
 */
export function identityKeysOf(
  kept: Record<string, Uint8Array | null>,
  owner: AddressBookOwner,
  seenAt: Date,
): IdentityKeySeen[] {
  return Object.entries(kept).flatMap(([signalAddress, bytes]) => {
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
