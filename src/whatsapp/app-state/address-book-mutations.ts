import type {
  ContactChanges,
  LidMapping,
  SavedContact,
  Username,
} from '../../contacts/write/contact-changes.js';
import { type Address, isLid, parseAddress, parseJid, parseLid } from '../../kernel/identifiers/address.js';
import type { Mutation } from './app-state-crypto.js';

/** The collection that contains the address book. */
export const ADDRESS_BOOK = 'critical_unblock_low';

/** The collection that contains settings, including the account's own push name. */
export const SETTINGS = 'critical_block';

/**
 * Returns the contact of a record with the index `["contact", "<jid>"]` or `["lid_contact", "<lid>"]`; null for others.
 */
export function addressOf({ index: [kind, address] }: Mutation): Address | null {
  return kind === 'contact' || kind === 'lid_contact' ? parseAddress(address) : null;
}

/** Returns the changes in SET mutations. Removals can be determined only after the records are deleted. */
export function savedByMutations(
  mutations: Mutation[],
): Pick<ContactChanges, 'saved' | 'mappings' | 'usernames'> {
  const saved: SavedContact[] = [];
  const usernames: Username[] = [];
  const mappings: LidMapping[] = [];
  for (const mutation of mutations) {
    const address = addressOf(mutation);
    if (mutation.operation !== 'SET' || !address) continue;
    const action = mutation.value?.contact;
    if (!action) continue;
    saved.push({ address, fullName: action.fullName, firstName: action.firstName });
    if (action.username)
      usernames.push({ address, name: action.username, observedAt: savedAt(mutation.value) });
    const mapping = mappingOf(address, mutation);
    if (mapping) mappings.push(mapping);
  }
  return { saved, mappings, usernames };
}

/** The index contains the number and the action the LID, or vice versa. */
function mappingOf(address: Address, { value }: Mutation): LidMapping | null {
  const lid = isLid(address) ? address : parseLid(value?.contact?.lidJid);
  const jid = isLid(address) ? parseJid(value?.contact?.pnJid) : address;
  return jid && lid ? { jid, lid, observedAt: savedAt(value) } : null;
}

/** Returns when the phone wrote the record (`timestamp`, ms); now if the time is missing or in the future. */
function savedAt(value: Mutation['value']): Date {
  const savedAtMs = value?.timestampMs ?? 0;
  return new Date(savedAtMs > 0 && savedAtMs < Date.now() ? savedAtMs : Date.now());
}

/** Returns the account's own push name if the mutations set it (index `["setting_pushName"]`); otherwise null. */
export function ownPushName(mutations: Mutation[]): string | null {
  const names = mutations
    .filter(({ operation, index }) => operation === 'SET' && index[0] === 'setting_pushName')
    .map(({ value }) => value?.pushName);
  return names.at(-1) || null;
}
