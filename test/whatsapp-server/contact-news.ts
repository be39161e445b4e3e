import { createHash } from 'node:crypto';
import { type BinaryNode, proto } from '@whiskeysockets/baileys';
import type { Impostor } from './impostor.js';
import type { Jid } from './jid.js';
import type { PersonKeys } from './person-keys.js';
import type { Picture, TextStatus } from './profile.js';
import { element, nowSeconds } from './stanza.js';

/** Creates a `<notification>` about a change of another account. */
function notification(
  type: string,
  from: Jid,
  content: BinaryNode,
  attrs: Record<string, string | undefined> = {},
): BinaryNode {
  return element('notification', { from, type, t: nowSeconds(), ...attrs }, [content]);
}

/** Returns the hash that identifies an account in some notifications: 3 bytes of md5(user + "WA_ADD_NOTIF"), base64. */
export function addNotificationHash(jid: Jid): string {
  const user = jid.split('@')[0] ?? '';
  return createHash('md5').update(`${user}WA_ADD_NOTIF`).digest().subarray(0, 3).toString('base64');
}

/** Reports a new about text. */
export function aboutChanged(from: Jid, text: string, pushName?: string): BinaryNode {
  return notification('status', from, element('set', {}, Buffer.from(text)), { notify: pushName });
}

/** Reports a new or removed picture. */
export function pictureChanged(
  from: Jid,
  picture: Picture | undefined,
  options: { byHash: boolean; withoutChildren?: boolean },
): BinaryNode {
  if (!picture && options.withoutChildren)
    return element('notification', { from, type: 'picture', t: nowSeconds() });
  const target = options.byHash ? { hash: addNotificationHash(from) } : { jid: from };
  const sender = options.byHash ? ('s.whatsapp.net' as Jid) : from;
  const child = picture
    ? element('set', { ...target, id: picture.id, author: from })
    : element('delete', target);
  return notification('picture', sender, child);
}

/** Creates a notification with GraphQL data. */
function mex(operation: string, data: Record<string, unknown>): BinaryNode {
  const json = Buffer.from(JSON.stringify({ data }));
  return notification('mex', 's.whatsapp.net' as Jid, element('update', { op_name: operation }, json));
}

/** Reports a new text status. */
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

/** Reports a change of an account that is identified by a hash only. */
export function hashChanged(operation: string, jid: Jid): BinaryNode {
  return mex(operation, { xwa2_notify_text_status_on_update_side_sub: { hash: addNotificationHash(jid) } });
}

/** Reports a new or removed username. */
export function usernameChanged(lid: Jid, username: string | undefined): BinaryNode {
  return username === undefined
    ? mex('UsernameDeleteNotification', { xwa2_notify_username_delete: { lid } })
    : mex('UsernameSetNotification', { xwa2_notify_username_on_change: { lid, username } });
}

/** Reports a new LID. */
export function lidChanged(old: Jid, newLid: Jid): BinaryNode {
  return mex('LidChangeNotification', { xwa2_notify_lid_change: { old, new: newLid } });
}

/** Reports that the account must not message new contacts until this time; null: it may again. */
export function reachOutLocked(until: Date | null): BinaryNode {
  return mex('NotificationUserReachoutTimelockUpdate', {
    xwa2_notify_account_reachout_timelock: reachOutLock(until),
  });
}

/** Returns the reach-out time lock, as in notifications and responses. */
export function reachOutLock(until: Date | null): Record<string, unknown> {
  return {
    is_active: until !== null,
    enforcement_type: 'DEFAULT',
    time_enforcement_ends: until === null ? undefined : String(Math.floor(until.getTime() / 1000)),
  };
}

/** Reports a new number. */
export function numberChanged(change: { old: Jid; new: Jid; oldLid?: Jid; newLid?: Jid }): BinaryNode {
  const attrs = { old: change.old, new: change.new, old_lid: change.oldLid, new_lid: change.newLid };
  return notification('contacts', change.old, element('modify', attrs));
}

/** Reports a new number to a group: `participant` is the old number, `jid` of the child the new one. */
export function numberChangedInGroup(groupId: string, change: { old: Jid; new: Jid }): BinaryNode {
  const child = element('change_number', { jid: change.new });
  return notification('w:gp2', `${groupId}@g.us` as Jid, child, { participant: change.old });
}

/** Reports an unspecified change of the profile. */
export function profileChanged(from: Jid, options: { byHash: boolean }): BinaryNode {
  const target = options.byHash ? { hash: addNotificationHash(from) } : { jid: from };
  return notification(
    'contacts',
    options.byHash ? ('s.whatsapp.net' as Jid) : from,
    element('update', target),
  );
}

/** Reports a new identity key. */
export function identityChanged(from: Jid): BinaryNode {
  return notification('encrypt', from, element('identity'));
}

/** Reports a new verified business name, or that the account is no longer a business. */
export function businessChanged(from: Jid, verifiedName: BinaryNode | undefined): BinaryNode {
  if (!verifiedName) return notification('business', from, element('remove', { jid: from }));
  return notification('business', from, { ...verifiedName, attrs: { ...verifiedName.attrs, jid: from } });
}

/** Reports new participants of a group, identified by LID, with the number in a separate attribute. */
export function participantsAdded(
  groupId: string,
  participants: readonly { jid: string; phoneNumber: string; username?: string }[],
): BinaryNode {
  const added = participants.map(({ jid, phoneNumber, username }) =>
    element('participant', { jid, phone_number: phoneNumber, username }),
  );
  return notification('w:gp2', `${groupId}@g.us` as Jid, element('add', {}, added));
}

/**
 * Creates a business certificate, signed with the identity key of the account, as WhatsApp's Android app does when a
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
