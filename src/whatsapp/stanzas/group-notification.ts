import type { BinaryNode } from '@whiskeysockets/baileys';
import { parseAddress, parseJid, parseLid } from '../../contacts/address.js';
import type { AddressBookOwner } from '../../contacts/write/contact-changes.js';
import { joinChanges } from '../../contacts/write/contact-changes.js';
import { elementsOf, endOfSecondOf, isOwn, timeOf } from '../wire/stanza-values.js';
import type { StanzaChanges } from './stanza-changes.js';

/** Groups stand no deeper than this in a notification. */
const MAX_DEPTH = 4;

/**
 * Who takes part in a group, wherever in `<notification type="w:gp2">` it is said:
 * `<participant jid phone_number lid username/>`, as in whatsmeow's `parseParticipant`. Of the group itself nothing is kept.
 */
export function readGroupNotification(stanza: BinaryNode, owner: AddressBookOwner): StanzaChanges {
  return joinChanges(
    participantsIn(stanza, MAX_DEPTH).map((participant) => readParticipant(participant, stanza, owner)),
  );
}

function participantsIn(node: BinaryNode, depth: number): BinaryNode[] {
  if (depth === 0) return [];
  return elementsOf(node).flatMap((child) =>
    child.tag === 'participant' ? [child] : participantsIn(child, depth - 1),
  );
}

function readParticipant({ attrs }: BinaryNode, stanza: BinaryNode, owner: AddressBookOwner): StanzaChanges {
  const address = parseAddress(attrs.jid);
  if (!address || isOwn(address, owner)) return {};
  const jid = parseJid(attrs.jid) ?? parseJid(attrs.phone_number);
  const lid = parseLid(attrs.jid) ?? parseLid(attrs.lid);
  const { username } = attrs;
  return {
    mappings: jid && lid ? [{ jid, lid, observedAt: endOfSecondOf(stanza) }] : [],
    usernames: username ? [{ address, name: username, observedAt: timeOf(stanza) }] : [],
  };
}
