import type { BinaryNode } from '@whiskeysockets/baileys';
import { type AddressBookOwner, joinChanges } from '../../contacts/write/contact-changes.js';
import { isLid, parseAddress, parseJid } from '../../kernel/identifiers/address.js';
import { elementsOf, endOfSecondOf, isOwn, timeOf } from '../wire/stanza-values.js';
import type { StanzaChanges } from './stanza-changes.js';

/** Reads the caller from `<call from notify><offer call-creator caller_pn/></call>`, as Baileys' `handleCall`. */
export function readCallStanza(stanza: BinaryNode, owner: AddressBookOwner): StanzaChanges {
  const { from, notify } = stanza.attrs;
  return joinChanges(
    elementsOf(stanza).map(({ attrs }) => {
      const caller = parseAddress(attrs['call-creator'] ?? attrs.from ?? from);
      if (!caller || isOwn(caller, owner)) return {};
      const jid = isLid(caller) ? parseJid(attrs.caller_pn) : null;
      return {
        mappings: jid && isLid(caller) ? [{ jid, lid: caller, observedAt: endOfSecondOf(stanza) }] : [],
        pushNames: notify ? [{ address: caller, name: notify, observedAt: timeOf(stanza) }] : [],
      };
    }),
  );
}
