import type { BinaryNode } from '@whiskeysockets/baileys';
import { parseLid } from '../../kernel/identifiers/address.js';
import { type AddressBookOwner, joinChanges } from '../../contacts/write/contact-changes.js';
import {
  bytesOf,
  elementsOf,
  endOfSecondOf,
  hashOf,
  isOwn,
  otherPerson,
  timeOf,
} from '../wire/stanza-values.js';
import { lockedUntil } from '../wire/reach-out-lock.js';
import { toTextStatus } from '../wire/text-status.js';
import type { StanzaChanges } from './stanza-changes.js';

type Json = Record<string, unknown>;

/** What one kind of update says: its payload, the only value below `data`, and the stanza that it came in. */
type MexReader = (payload: Json, stanza: BinaryNode, owner: AddressBookOwner) => StanzaChanges;

/**
 * The updates that speak of people or of the account, by the name of their payload. All others (channels, capped chats, the
 * account's own user name) say nothing that is kept.
 */
const READERS: Record<string, MexReader> = {
  xwa2_notify_text_status_on_update: readTextStatus,
  xwa2_notify_text_status_on_update_side_sub: readHash,
  xwa2_notify_lid_change: readLidChange,
  xwa2_notify_username_on_change: readUsername,
  xwa2_notify_username_delete: readUsernameEnd,
  xwa2_notify_username_on_update_side_sub: readHash,
  xwa2_notify_account_reachout_timelock: readReachOutLock,
};

/** WhatsApp sends one `<update>` per stanza. The size limit also limits the depth of the JSON. */
const MAX_UPDATES = 10;

/**
 * `<notification type="mex"><update op_name>{"data": {…}}</update></notification>`: JSON in place of stanzas, as read by zapo's
 * `parseMexNotification` and whatsmeow's `handleMexNotification`.
 */
export function readMexNotification(stanza: BinaryNode, owner: AddressBookOwner): StanzaChanges {
  return joinChanges(
    elementsOf(stanza, MAX_UPDATES).flatMap((update) =>
      Object.entries(dataOf(update)).map(([name, payload]) =>
        Object.hasOwn(READERS, name) ? (READERS[name]?.(asRecord(payload), stanza, owner) ?? {}) : {},
      ),
    ),
  );
}

function readTextStatus(payload: Json, stanza: BinaryNode, owner: AddressBookOwner): StanzaChanges {
  const address = otherPerson(textOf(payload.jid), owner);
  const emoji = asRecord(payload.emoji).content;
  const { text, last_update_time: setAt, ephemeral_duration_sec: seconds } = payload;
  // One that was cleared comes without text and time.
  const status = toTextStatus({ text, emoji, setAt: setAt ?? stanza.attrs.t, seconds });
  return address && status ? { textStatuses: [{ address, ...status }] } : {};
}

/** Something of somebody has changed who is named by a hash only. */
function readHash(payload: Json): StanzaChanges {
  const hash = hashOf(payload.hash);
  return hash ? { outdatedProfileHashes: [hash] } : {};
}

function readLidChange(payload: Json, stanza: BinaryNode, owner: AddressBookOwner): StanzaChanges {
  const [oldLid, newLid] = [parseLid(textOf(payload.old)), parseLid(textOf(payload.new))];
  if (!oldLid || !newLid || oldLid === newLid || isOwn(oldLid, owner)) return {};
  return { lidChanges: [{ oldLid, newLid, observedAt: endOfSecondOf(stanza) }] };
}

function readUsername(payload: Json, stanza: BinaryNode, owner: AddressBookOwner): StanzaChanges {
  const address = otherPerson(textOf(payload.lid), owner);
  const name = textOf(payload.username);
  return address && name ? { usernames: [{ address, name, observedAt: timeOf(stanza) }] } : {};
}

function readUsernameEnd(payload: Json, stanza: BinaryNode, owner: AddressBookOwner): StanzaChanges {
  const address = otherPerson(textOf(payload.lid), owner);
  return address ? { usernames: [{ address, name: null, observedAt: timeOf(stanza) }] } : {};
}

/** WhatsApp has locked the account's reaching out to people, or unlocked it. */
function readReachOutLock(payload: Json): StanzaChanges {
  return { reachOutLocks: [{ until: lockedUntil(payload) }] };
}

/** Returns the value below `data` of an `<update>`; empty for other elements, or if it cannot be read. */
function dataOf(update: BinaryNode): Json {
  if (update.tag !== 'update') return {};
  try {
    const json: unknown = JSON.parse(bytesOf(update)?.toString('utf8') ?? '{}');
    return asRecord(asRecord(json).data);
  } catch {
    return {};
  }
}

function asRecord(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
