import { type Address, isLid, parseAddress, parseJid, parseLid } from '../../kernel/identifiers/address.js';
import type {
  ContactChanges,
  LidMapping,
  SavedContact,
  Username,
} from '../../contacts/write/contact-changes.js';
import type { Mutation } from './app-state-crypto.js';

/** The collection that holds the address book. */
export const ADDRESS_BOOK = 'critical_unblock_low';

/** The collection that holds, among other settings, the push name of the account's owner. */
export const SETTINGS = 'critical_block';

/** Whom a record speaks of: the index is `["contact", "<jid>"]` or `["lid_contact", "<lid>"]`. */
export function addressOf({ index: [kind, address] }: Mutation): Address | null {
  return kind === 'contact' || kind === 'lid_contact' ? parseAddress(address) : null;
}

/** What the SET mutations say of people. Removals are known only once the records are deleted. */
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

/** The number stands in the index, the LID in the action, or the other way round. */
function mappingOf(address: Address, { value }: Mutation): LidMapping | null {
  const lid = isLid(address) ? address : parseLid(value?.contact?.lidJid);
  const jid = isLid(address) ? parseJid(value?.contact?.pnJid) : address;
  return jid && lid ? { jid, lid, observedAt: savedAt(value) } : null;
}

/** When the phone has written the record (`timestamp`, ms). A time that is missing or lies ahead is taken for now. */
function savedAt(value: Mutation['value']): Date {
  const savedAtMs = value?.timestampMs ?? 0;
  return new Date(savedAtMs > 0 && savedAtMs < Date.now() ? savedAtMs : Date.now());
}

/** The push name of the account's owner, where the mutations set it: index `["setting_pushName"]`. */
export function ownPushName(mutations: Mutation[]): string | null {
  const names = mutations
    .filter(({ operation, index }) => operation === 'SET' && index[0] === 'setting_pushName')
    .map(({ value }) => value?.pushName);
  return names.at(-1) || null;
}
