import { type BinaryNode, getBinaryNodeChild } from '@whiskeysockets/baileys';
import { type Address, isLid, parseAddress, parseJid, parseLid } from '../../kernel/identifiers/address.js';
import type { AddressBookOwner, LidMapping } from '../../contacts/write/contact-changes.js';
import { identityKeyOfPreKeyMessage } from '../wire/pre-key-message.js';
import { deviceOf, senderOf } from '../wire/stanza-sender.js';
import { elementsOf, endOfSecondOf, isOwn, timeOf } from '../wire/stanza-values.js';
import { verifiedNameIn } from '../wire/verified-name.js';
import type { IdentityHint, StanzaChanges } from './stanza-changes.js';

/** Broadcast lists have up to 256 recipients, each with several devices. */
const MAX_RECIPIENTS = 2_000;

/**
 * The sender's push name (`notify`), user name and other address, and the verified name of a business.
 *
 * Attributes as in Baileys' `extractAddressingContext`: the sender is `participant` (groups, broadcasts) or `from`;
 * when they are named by LID, `participant_pn` or `sender_pn` may tell the number, and the other way round. User names as in
 * zapo's `extractMessageIdentityAttrs`.
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

/** Larger messages are not searched for a key; another one will contain it. */
const MAX_HINT_BYTES = 64 * 1024;

/**
 * A message that opens a Signal session carries the identity key of the sending device in clear; that of the primary device is the
 * account's. Nothing proves here that the sender holds the key.
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
 * What the account has sent from another device tells whom it went to: `recipient`, with `peer_recipient_pn` or
 * `peer_recipient_lid` as their other address, and for broadcasts the same in each `<participants><to jid/>` (whatsmeow's
 * `parseMessageSource`).
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
