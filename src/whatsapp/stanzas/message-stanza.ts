import type { BinaryNode } from '@whiskeysockets/baileys';
import { type Address, isLid, parseAddress, parseJid, parseLid } from '../../contacts/address.js';
import type { AddressBookOwner, LidMapping } from '../../contacts/write/contact-changes.js';
import { type StanzaFacts } from './stanza-facts.js';
import { endOfSecondOf, isOwn, timeOf } from '../wire/stanza-values.js';
import { verifiedNameIn } from '../wire/verified-name.js';

/**
 * The sender's push name (`notify`), his other address, and the verified name of a business.
 *
 * Attributes as in Baileys' `extractAddressingContext`: the sender is `participant` (groups, broadcasts) or `from`;
 * when he is named by LID, `participant_pn` or `sender_pn` may tell the number, and the other way round.
 */
export function readMessageStanza(stanza: BinaryNode, owner: AddressBookOwner, facts: StanzaFacts): void {
  const { participant, from, notify } = stanza.attrs;
  const sender = parseAddress(participant ?? from);
  if (!sender) return;
  if (isOwn(sender, owner)) {
    if (notify && notify !== '-') facts.ownPushName = notify;
    return;
  }
  const mapping = mappingOf(stanza, sender);
  if (mapping) facts.changes.mappings.push(mapping);
  if (notify) facts.changes.pushNames.push({ address: sender, name: notify, observedAt: timeOf(stanza) });
  const businessName = verifiedNameIn(stanza);
  if (!businessName) return;
  facts.changes.businessNames.push({ address: sender, name: businessName });
  facts.changes.businessFlags.push({ address: sender, isBusiness: true });
}

function mappingOf(stanza: BinaryNode, sender: Address): LidMapping | null {
  const { attrs } = stanza;
  const jid = isLid(sender) ? parseJid(attrs.participant_pn ?? attrs.sender_pn) : sender;
  const lid = isLid(sender) ? sender : parseLid(attrs.participant_lid ?? attrs.sender_lid);
  return jid && lid ? { jid, lid, observedAt: endOfSecondOf(stanza) } : null;
}
