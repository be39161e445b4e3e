import { type BinaryNode, getBinaryNodeChildren } from '@whiskeysockets/baileys';
import { parseAddress, parseJid, parseLid } from '../../contacts/address.js';
import type { AddressBookOwner } from '../../contacts/write/contact-changes.js';
import { joinChanges } from '../../contacts/write/contact-changes.js';
import { elementsOf, endOfSecondOf, isOwn, timeOf } from '../wire/stanza-values.js';
import type { StanzaChanges } from './stanza-changes.js';

/** Groups stand no deeper than this in a notification. */
const MAX_DEPTH = 4;

/**
 * Reads the members of a group, wherever in `<notification type="w:gp2">` they appear:
 * `<participant jid phone_number lid username/>`, as in whatsmeow's `parseParticipant`; and a member's new number:
 * `<change_number jid/>`, as in zapo's `group.ts`. Nothing is stored of the group itself.
 */
export function readGroupNotification(stanza: BinaryNode, owner: AddressBookOwner): StanzaChanges {
  return joinChanges([
    ...participantsIn(stanza, MAX_DEPTH).map((participant) => readParticipant(participant, stanza, owner)),
    ...getBinaryNodeChildren(stanza, 'change_number').map((child) => readNumberChange(child, stanza, owner)),
  ]);
}

/** `participant` of the notification is the member's old number, `jid` of the child the new one. */
function readNumberChange({ attrs }: BinaryNode, stanza: BinaryNode, owner: AddressBookOwner): StanzaChanges {
  const [oldJid, newJid] = [parseJid(stanza.attrs.participant), parseJid(attrs.jid)];
  if (!oldJid || !newJid || oldJid === newJid || isOwn(oldJid, owner)) return {};
  return {
    numberChanges: [{ oldJid, newJid, oldLid: null, newLid: null, observedAt: endOfSecondOf(stanza) }],
  };
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
