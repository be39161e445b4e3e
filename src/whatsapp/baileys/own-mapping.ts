import {
  DEFAULT_CONNECTION_CONFIG,
  type LIDMapping,
  type UserFacingSocketConfig,
} from '@whiskeysockets/baileys';
import { isOwnJid, type OwnAddresses } from '../wire/stanza-sender.js';

type MakeSignalRepository = NonNullable<UserFacingSocketConfig['makeSignalRepository']>;

/** Returns whether a LID–PN mapping combines an address of this account with one of another account. */
export function mixesOwnWithForeign({ pn, lid }: LIDMapping, own: OwnAddresses): boolean {
  return isOwnJid(pn, own) !== isOwnJid(lid, own);
}

/**
 * Makes Baileys' Signal repository reject LID–PN mappings between this account and another one, regardless of their
 * source. With such a mapping, Baileys would decrypt a stranger's messages in the session with the phone, or the
 * phone's messages in a stranger's session.
 *
 * Baileys stores every mapping through `storeLIDPNMappings`, which also caches it. `ContactsService` rejects these
 * mappings for the address book.
 */
export function protectOwnMapping(own: () => OwnAddresses): MakeSignalRepository {
  return (...args) => {
    const repository = DEFAULT_CONNECTION_CONFIG.makeSignalRepository(...args);
    const { lidMapping } = repository;
    const store = lidMapping.storeLIDPNMappings.bind(lidMapping);
    lidMapping.storeLIDPNMappings = async (mappings) =>
      store(mappings.filter((mapping) => !mixesOwnWithForeign(mapping, own())));
    return repository;
  };
}
