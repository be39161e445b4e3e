import type { BinaryNode } from '@whiskeysockets/baileys';
import { type AddressBookOwner, joinChanges } from '../../contacts/write/contact-changes.js';
import { parseLid } from '../../kernel/identifiers/address.js';
import { lockedUntil } from '../wire/reach-out-lock.js';
import { bytesOf, elementsOf, endOfSecondOf, isOwn, otherPerson } from '../wire/stanza-values.js';
import { toTextStatus } from '../wire/text-status.js';
import { outdatedProfileOf, type StanzaChanges } from './stanza-changes.js';

type Json = Record<string, unknown>;

/** Reads the payload of an update, which is the value below `data`. */
type PayloadReader = (payload: Json, stanza: BinaryNode, owner: AddressBookOwner) => StanzaChanges;

/**
 * Readers by the name of the payload. Other updates (channels, capped chats, the account's own user name) are ignored.
 */
const READERS: Record<string, PayloadReader> = {
  xwa2_notify_text_status_on_update: readTextStatus,
  xwa2_notify_text_status_on_update_side_sub: ({ hash }) => outdatedProfileOf(hash),
  xwa2_notify_lid_change: readLidChange,
  xwa2_notify_username_on_change: readUsername,
  xwa2_notify_username_delete: readUsernameRemoval,
  xwa2_notify_username_on_update_side_sub: ({ hash }) => outdatedProfileOf(hash),
  xwa2_notify_account_reachout_timelock: (payload) => ({ reachOutLocks: [{ until: lockedUntil(payload) }] }),
};

/** WhatsApp sends one `<update>` per stanza. */
const MAX_UPDATES = 10;

/**
 * Reads the JSON in `<notification type="mex"><update op_name>{"data": {…}}</update></notification>`, as zapo's
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
  // A cleared status has neither text nor time.
  const status = toTextStatus({ text, emoji, setAt: setAt ?? stanza.attrs.t, seconds });
  return address && status ? { textStatuses: [{ address, ...status }] } : {};
}

function readLidChange(payload: Json, stanza: BinaryNode, owner: AddressBookOwner): StanzaChanges {
  const [oldLid, newLid] = [parseLid(textOf(payload.old)), parseLid(textOf(payload.new))];
  if (!oldLid || !newLid || oldLid === newLid || isOwn(oldLid, owner)) return {};
  return { lidChanges: [{ oldLid, newLid, observedAt: endOfSecondOf(stanza) }] };
}

function readUsername(payload: Json, stanza: BinaryNode, owner: AddressBookOwner): StanzaChanges {
  const address = otherPerson(textOf(payload.lid), owner);
  const name = textOf(payload.username);
  return address && name ? { usernames: [{ address, name, observedAt: endOfSecondOf(stanza) }] } : {};
}

function readUsernameRemoval(payload: Json, stanza: BinaryNode, owner: AddressBookOwner): StanzaChanges {
  const address = otherPerson(textOf(payload.lid), owner);
  return address ? { usernames: [{ address, name: null, observedAt: endOfSecondOf(stanza) }] } : {};
}

/**
 * Returns the value below `data` of an `<update>`; empty if there is none. bytesOf() limits the size and thus the
 * depth.
 */
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
