import { randomBytes } from 'node:crypto';
import {
  type BinaryNode,
  getBinaryNodeChild,
  getBinaryNodeChildren,
  jidDecode,
  jidEncode,
  jidNormalizedUser,
  S_WHATSAPP_NET,
  type WASocket,
} from '@whiskeysockets/baileys';

/** Accounts have the phone and a few companions. A longer list is truncated. */
const MAX_DEVICES = 20;

/**
 * Lists the JIDs of the account's other devices, the phone (device 0) first.
 *
 * Queries usync with the `devices` protocol. Baileys' `getUSyncDevices` returns the same, but also replaces the Signal
 * session with the phone.
 *
 * @throws if WhatsApp refuses the query or does not respond
 */
export async function findOwnDevices(socket: WASocket): Promise<string[]> {
  const { id = '' } = socket.authState.creds.me ?? {};
  const own = jidDecode(id);
  if (!own) return [];
  const response = (await socket.query(devicesQuery(jidNormalizedUser(id)))) as BinaryNode | undefined;
  const list = getBinaryNodeChild(getBinaryNodeChild(response, 'usync'), 'list');
  const devices = getBinaryNodeChildren(list, 'user').flatMap((user) => deviceIdsOf(user));
  return [...new Set([0, ...devices])]
    .filter((device) => device !== (own.device ?? 0))
    .slice(0, MAX_DEVICES)
    .map((device) => jidEncode(own.user, 's.whatsapp.net', device));
}

function devicesQuery(jid: string): BinaryNode {
  const attrs = {
    context: 'message',
    mode: 'query',
    sid: randomBytes(8).toString('hex'),
    last: 'true',
    index: '0',
  };
  const query = { tag: 'query', attrs: {}, content: [{ tag: 'devices', attrs: { version: '2' } }] };
  const list = { tag: 'list', attrs: {}, content: [{ tag: 'user', attrs: { jid } }] };
  return {
    tag: 'iq',
    attrs: { to: S_WHATSAPP_NET, type: 'get', xmlns: 'usync' },
    content: [{ tag: 'usync', attrs, content: [query, list] }],
  };
}

/** Reads `<devices><device-list><device id/></device-list></devices>`. */
function deviceIdsOf(user: BinaryNode): number[] {
  const list = getBinaryNodeChild(getBinaryNodeChild(user, 'devices'), 'device-list');
  const ids = getBinaryNodeChildren(list, 'device').map(({ attrs }) => Number(attrs.id));
  return ids.filter((id) => Number.isInteger(id) && id >= 0 && id < 256);
}
