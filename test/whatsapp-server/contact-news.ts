import { type BinaryNode, proto } from '@whiskeysockets/baileys';
import { createHash } from 'node:crypto';
import type { Impostor } from './impostor.js';
import type { Jid } from './jid.js';
import type { PersonKeys } from './person-keys.js';
import type { Picture, TextStatus } from './profile.js';
import { element, nowSeconds } from './stanza.js';

/** What companions are told about other people: the contents of `<notification>` stanzas. */
function news(
  type: string,
  from: Jid,
  content: BinaryNode,
  attrs: Record<string, string | undefined> = {},
): BinaryNode {
  return element('notification', { from, type, t: nowSeconds(), ...attrs }, [content]);
}

/** By what a picture notification may name a person: the first 3 bytes of md5(user + "WA_ADD_NOTIF") in base64. */
export function addNotificationHash(jid: Jid): string {
  const user = jid.split('@')[0] ?? '';
  return createHash('md5').update(`${user}WA_ADD_NOTIF`).digest().subarray(0, 3).toString('base64');
}

/** The about text has changed. */
export function aboutChanged(from: Jid, text: string, pushName?: string): BinaryNode {
  return news('status', from, element('set', {}, Buffer.from(text)), { notify: pushName });
}

/** The picture has changed, or is gone. */
export function pictureChanged(
  from: Jid,
  picture: Picture | undefined,
  options: { byHash: boolean; withoutChildren?: boolean },
): BinaryNode {
  if (!picture && options.withoutChildren)
    return element('notification', { from, type: 'picture', t: nowSeconds() });
  const named = options.byHash ? { hash: addNotificationHash(from) } : { jid: from };
  const sender = options.byHash ? ('s.whatsapp.net' as Jid) : from;
  const child = picture
    ? element('set', { ...named, id: picture.id, author: from })
    : element('delete', named);
  return news('picture', sender, child);
}

/** GraphQL in a notification: what has happened, by the name of its payload. */
function mex(operation: string, data: Record<string, unknown>): BinaryNode {
  const json = Buffer.from(JSON.stringify({ data }));
  return news('mex', 's.whatsapp.net' as Jid, element('update', { op_name: operation }, json));
}

/** The about text in its new form has changed. */
export function textStatusChanged(from: Jid, { text, emoji, setAt, seconds }: TextStatus): BinaryNode {
  return mex('TextStatusUpdateNotification', {
    xwa2_notify_text_status_on_update: {
      jid: from,
      text,
      emoji: emoji === undefined ? null : { content: emoji },
      ephemeral_duration_sec: seconds ?? 0,
      last_update_time: String(Math.floor(setAt.getTime() / 1000)),
    },
  });
}

/** Something has changed of a person who is named by a hash only. */
export function hashChanged(operation: string, jid: Jid): BinaryNode {
  return mex(operation, { xwa2_notify_text_status_on_update_side_sub: { hash: addNotificationHash(jid) } });
}

/** The user name has changed, or is gone. */
export function usernameChanged(lid: Jid, username: string | undefined): BinaryNode {
  return username === undefined
    ? mex('UsernameDeleteNotification', { xwa2_notify_username_delete: { lid } })
    : mex('UsernameSetNotification', { xwa2_notify_username_on_change: { lid, username } });
}

/** The LID has changed. */
export function lidChanged(old: Jid, newLid: Jid): BinaryNode {
  return mex('LidChangeNotification', { xwa2_notify_lid_change: { old, new: newLid } });
}

/** The account may not reach out to people until then; `null`: it may again. */
export function reachOutLocked(until: Date | null): BinaryNode {
  return mex('NotificationUserReachoutTimelockUpdate', {
    xwa2_notify_account_reachout_timelock: reachOutLock(until),
  });
}

/** The lock as it is told, and as it is returned on request. */
export function reachOutLock(until: Date | null): Record<string, unknown> {
  return {
    is_active: until !== null,
    enforcement_type: 'DEFAULT',
    time_enforcement_ends: until === null ? undefined : String(Math.floor(until.getTime() / 1000)),
  };
}

/** The number has changed. */
export function numberChanged(change: { old: Jid; new: Jid; oldLid?: Jid; newLid?: Jid }): BinaryNode {
  const attrs = { old: change.old, new: change.new, old_lid: change.oldLid, new_lid: change.newLid };
  return news('contacts', change.old, element('modify', attrs));
}

/** The same as the members of a group are told: `participant` is the old number, the child's `jid` the new one. */
export function numberChangedInGroup(groupId: string, change: { old: Jid; new: Jid }): BinaryNode {
  const child = element('change_number', { jid: change.new });
  return news('w:gp2', `${groupId}@g.us` as Jid, child, { participant: change.old });
}

/** Something in the profile has changed; the stanza does not say what. */
export function profileChanged(from: Jid, options: { byHash: boolean }): BinaryNode {
  const named = options.byHash ? { hash: addNotificationHash(from) } : { jid: from };
  return news('contacts', options.byHash ? ('s.whatsapp.net' as Jid) : from, element('update', named));
}

/** The identity key has changed. */
export function identityChanged(from: Jid): BinaryNode {
  return news('encrypt', from, element('identity'));
}

/** The verified business name has changed, or the person is no business any more. */
export function businessChanged(from: Jid, verifiedName: BinaryNode | undefined): BinaryNode {
  if (!verifiedName) return news('business', from, element('remove', { jid: from }));
  return news('business', from, { ...verifiedName, attrs: { ...verifiedName.attrs, jid: from } });
}

/** Somebody has added participants to a group. Named by LID, with the number beside it. */
export function participantsAdded(
  groupId: string,
  participants: readonly { jid: string; phoneNumber: string; username?: string }[],
): BinaryNode {
  const added = participants.map(({ jid, phoneNumber, username }) =>
    element('participant', { jid, phone_number: phoneNumber, username }),
  );
  return news('w:gp2', `${groupId}@g.us` as Jid, element('add', {}, added));
}

/**
 * A business's certificate, signed with the identity key of its account, as WhatsApp's Android app signs it when a
 * business registers. The signature by WhatsApp (`serverSignature`) is not simulated.
 */
export function verifiedNameElement(verifiedName: string, keys: PersonKeys, impostor: Impostor): BinaryNode {
  const details = proto.VerifiedNameCertificate.Details.encode({
    verifiedName,
    issuer: 'smb:wa',
    serial: 1,
  }).finish();
  const signature = keys.sign(details, { forged: impostor.forges.has('verified-name') });
  const certificate = proto.VerifiedNameCertificate.encode({ details, signature }).finish();
  return element(
    'verified_name',
    { v: '2', verified_level: 'unknown', serial: '1' },
    Buffer.from(certificate),
  );
}
