import type { Address } from '../address.js';
import type { BusinessName } from './contact-changes.js';

/**
 * Drops business names that are signed by another identity key than the contact's. Names of contacts whose key is not
 * known are kept: the key usually arrives with the first message or profile fetch.
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
