import { type BinaryNode, getBinaryNodeChild } from '@whiskeysockets/baileys';
import type { AddressBookOwner, LidMapping } from '../../contacts/write/contact-changes.js';
import { type Address, isLid, parseAddress, parseJid, parseLid } from '../../kernel/identifiers/address.js';
import { identityKeyOfPreKeyMessage } from '../wire/pre-key-message.js';
import { deviceOf, senderOf } from '../wire/stanza-sender.js';
import { elementsOf, endOfSecondOf, isOwn, timeOf } from '../wire/stanza-values.js';
import { verifiedNameIn } from '../wire/verified-name.js';
import type { IdentityHint, StanzaChanges } from './stanza-changes.js';

/** Broadcast lists have up to 256 recipients, each with several devices. */
const MAX_RECIPIENTS = 2_000;

/**
 * Reads the sender's push name (`notify`), user name and alternate address, and the verified name of a business.
 *
 * Attributes as in Baileys' `extractAddressingContext`: the sender is `participant` (groups, broadcasts) or `from`. If
 * it is a LID, `participant_pn` or `sender_pn` may contain the number, and vice versa. User names as in zapo's
 * `extractMessageIdentityAttrs`.
 */
export function readMessageStanza(stanza: BinaryNode, owner: AddressBookOwner): StanzaChanges {
  const { participant, from, notify } = stanza.attrs;
  const sender = parseAddress(participant ?? from);
  if (!sender) return {};
  if (isOwn(sender, owner)) return readOwnMessage(stanza);
  const mapping = mappingOf(stanza, sender);
  const businessName = verifiedNameIn(stanza);
  const username = stanza.attrs.participant_username ?? stanza.attrs.username;
  return {
    mappings: mapping ? [mapping] : [],
    pushNames: notify ? [{ address: sender, name: notify, observedAt: timeOf(stanza) }] : [],
    usernames: username ? [{ address: sender, name: username, observedAt: timeOf(stanza) }] : [],
    businessNames: businessName ? [{ address: sender, ...businessName }] : [],
    businessFlags: businessName ? [{ address: sender, isBusiness: true }] : [],
    identityHints: identityHintsIn(stanza, sender),
  };
}

/** Larger messages are not searched for a key, because another message will contain it. */
const MAX_HINT_BYTES = 64 * 1024;

/**
 * Returns the identity key in a message that opens a Signal session. It is not encrypted, and not verified: the sender
 * may not have the private key. Only the key of the primary device is that of the account.
 */
function identityHintsIn(stanza: BinaryNode, address: Address): IdentityHint[] {
  if (deviceOf(senderOf(stanza) ?? '') !== 0) return [];
  return elementsOf(stanza).flatMap(({ tag, attrs, content }) => {
    if (tag !== 'enc' || attrs.type !== 'pkmsg' || !(content instanceof Uint8Array)) return [];
    const key = content.length > MAX_HINT_BYTES ? null : identityKeyOfPreKeyMessage(content);
    return key ? [{ address, key }] : [];
  });
}

/**
 * Reads the recipients of a message that the account has sent from another device: `recipient`, with the alternate
 * address in `peer_recipient_pn` or `peer_recipient_lid`, and for broadcasts the same in each `<participants><to jid/>`
 * (whatsmeow's `parseMessageSource`).
 */
function readOwnMessage(stanza: BinaryNode): StanzaChanges {
  const { notify, recipient, recipient_username: byName, peer_recipient_username: byPeerName } = stanza.attrs;
  const to = elementsOf(getBinaryNodeChild(stanza, 'participants'), MAX_RECIPIENTS);
  const recipients: BinaryNode['attrs'][] = [
    { ...stanza.attrs, jid: recipient ?? '' },
    ...to.flatMap(({ tag, attrs }) => (tag === 'to' ? [attrs] : [])),
  ];
  const observedAt = endOfSecondOf(stanza);
  const address = parseAddress(recipient);
  const username = byName ?? byPeerName;
  return {
    ownPushName: notify && notify !== '-' ? [notify] : [],
    mappings: recipients.flatMap((attrs) => {
      const [jid, lid] = [
        parseJid(attrs.jid) ?? parseJid(attrs.peer_recipient_pn),
        parseLid(attrs.jid) ?? parseLid(attrs.peer_recipient_lid),
      ];
      return jid && lid ? [{ jid, lid, observedAt }] : [];
    }),
    usernames: address && username ? [{ address, name: username, observedAt: timeOf(stanza) }] : [],
  };
}

function mappingOf(stanza: BinaryNode, sender: Address): LidMapping | null {
  const { attrs } = stanza;
  const jid = isLid(sender) ? parseJid(attrs.participant_pn ?? attrs.sender_pn) : sender;
  const lid = isLid(sender) ? sender : parseLid(attrs.participant_lid ?? attrs.sender_lid);
  return jid && lid ? { jid, lid, observedAt: endOfSecondOf(stanza) } : null;
}
