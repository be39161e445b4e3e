import type { BinaryNode } from '@whiskeysockets/baileys';
import { isLid, parseAddress, parseJid } from '../../contacts/address.js';
import type { AddressBookOwner } from '../../contacts/write/contact-changes.js';
import { type StanzaFacts } from './stanza-facts.js';
import { elementsOf, endOfSecondOf, isOwn, timeOf } from '../wire/stanza-values.js';

/** Somebody calls: `<call from notify><offer call-creator caller_pn/></call>`, as read by Baileys' `handleCall`. */
export function readCallStanza(stanza: BinaryNode, owner: AddressBookOwner, facts: StanzaFacts): void {
  for (const { attrs } of elementsOf(stanza)) {
    const caller = parseAddress(attrs['call-creator'] ?? attrs.from ?? stanza.attrs.from);
    if (!caller || isOwn(caller, owner)) continue;
    const jid = parseJid(attrs.caller_pn);
    if (jid && isLid(caller))
      facts.changes.mappings.push({ jid, lid: caller, observedAt: endOfSecondOf(stanza) });
    const { notify } = stanza.attrs;
    if (notify) facts.changes.pushNames.push({ address: caller, name: notify, observedAt: timeOf(stanza) });
  }
}
