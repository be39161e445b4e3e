import type { Address } from '../../kernel/identifiers/address.js';
import type { BusinessName } from './contact-changes.js';

/**
 * Drops business names that are signed with an identity key other than the contact's. Names of contacts whose key is
 * not stored are accepted: the key usually arrives with the first message or profile fetch.
 */
export function verifiedBusinessNames(
  names: readonly BusinessName[],
  keys: ReadonlyMap<Address, Uint8Array>,
): BusinessName[] {
  return names.filter(({ address, isSignedBy }) => {
    const key = keys.get(address);
    return !key || !isSignedBy || isSignedBy(key);
  });
}
