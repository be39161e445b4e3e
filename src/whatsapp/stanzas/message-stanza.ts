import type { BinaryNode } from '@whiskeysockets/baileys';
import { type Address, isLid, parseAddress, parseJid, parseLid } from '../../contacts/address.js';
import type { AddressBookOwner, LidMapping } from '../../contacts/write/contact-changes.js';
import { endOfSecondOf, isOwn, timeOf } from '../wire/stanza-values.js';
import { verifiedNameIn } from '../wire/verified-name.js';
import type { StanzaChanges } from './stanza-changes.js';

/**
 * The sender's push name (`notify`), their other address, and the verified name of a business.
 *
 * Attributes as in Baileys' `extractAddressingContext`: the sender is `participant` (groups, broadcasts) or `from`;
 * when they are named by LID, `participant_pn` or `sender_pn` may tell the number, and the other way round.
 */
export function readMessageStanza(stanza: BinaryNode, owner: AddressBookOwner): StanzaChanges {
  const { participant, from, notify } = stanza.attrs;
  const sender = parseAddress(participant ?? from);
  if (!sender) return {};
  if (isOwn(sender, owner)) return notify && notify !== '-' ? { ownPushName: [notify] } : {};
  const mapping = mappingOf(stanza, sender);
  const businessName = verifiedNameIn(stanza);
  return {
    mappings: mapping ? [mapping] : [],
    pushNames: notify ? [{ address: sender, name: notify, observedAt: timeOf(stanza) }] : [],
    businessNames: businessName ? [{ address: sender, name: businessName }] : [],
    businessFlags: businessName ? [{ address: sender, isBusiness: true }] : [],
  };
}

function mappingOf(stanza: BinaryNode, sender: Address): LidMapping | null {
  const { attrs } = stanza;
  const jid = isLid(sender) ? parseJid(attrs.participant_pn ?? attrs.sender_pn) : sender;
  const lid = isLid(sender) ? sender : parseLid(attrs.participant_lid ?? attrs.sender_lid);
  return jid && lid ? { jid, lid, observedAt: endOfSecondOf(stanza) } : null;
}
