import { type BinaryNode, getBinaryNodeChildren } from '@whiskeysockets/baileys';
import { type AddressBookOwner, joinChanges } from '../../contacts/write/contact-changes.js';
import { parseAddress, parseJid, parseLid } from '../../kernel/identifiers/address.js';
import { elementsOf, endOfSecondOf, isOwn, timeOf } from '../wire/stanza-values.js';
import type { StanzaChanges } from './stanza-changes.js';

const MAX_DEPTH = 4;
/** The largest groups, community announcement groups, have 5,000 members. Further participants are ignored. */
const MAX_PARTICIPANTS = 5_000;

/**
 * Reads the members of a group, wherever in `<notification type="w:gp2">` they appear:
 * `<participant jid phone_number lid username/>`, as in whatsmeow's `parseParticipant`; and a member's new number:
 * `<change_number jid/>`, as in zapo's `group.ts`. The group itself is not stored.
 */
export function readGroupNotification(stanza: BinaryNode, owner: AddressBookOwner): StanzaChanges {
  const participants: BinaryNode[] = [];
  collectParticipants(stanza, MAX_DEPTH, participants);
  return joinChanges([
    ...participants.map((participant) => readParticipant(participant, stanza, owner)),
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

/** Adds the participants below the element to the result, up to MAX_PARTICIPANTS. */
function collectParticipants(node: BinaryNode, depth: number, found: BinaryNode[]): void {
  if (depth === 0) return;
  for (const child of elementsOf(node, MAX_PARTICIPANTS)) {
    if (found.length >= MAX_PARTICIPANTS) return;
    if (child.tag === 'participant') found.push(child);
    else collectParticipants(child, depth - 1, found);
  }
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
