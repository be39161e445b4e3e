import {
  type BinaryNode,
  encodeBigEndian,
  encodeSignedDeviceIdentity,
  getBinaryNodeChild,
  getNextPreKeys,
  KEY_BUNDLE_TYPE,
  type WASocket,
  xmppPreKey,
  xmppSignedPreKey,
} from '@whiskeysockets/baileys';

/** WhatsApp's clients give a message up after so many requests. */
const MAX_RETRIES = 5;

/**
 * Asks the sender to encrypt a message again, in a session opened with the keys that come with the request: a one-time
 * pre-key that is used for nothing else, the signed pre-key, and the identity.
 *
 * Stanza: `<receipt type="retry"><retry count/><registration/><keys/></receipt>`, as sent by Baileys' `sendRetryRequest`,
 * which cannot be used: it also asks the phone for a copy, of which there is none for what the phone tells its devices.
 * @param asked how often this connection has requested it before
 * @returns false when it has been asked for often enough
 */
export async function requestRetry(socket: WASocket, stanza: BinaryNode, asked: number): Promise<boolean> {
  const { id = '', from = '', t = '', category, participant, recipient } = stanza.attrs;
  // The sender repeats the count of the request, or leaves it out.
  const repeated = Number(getBinaryNodeChild(stanza, 'enc')?.attrs.count ?? 0) || 0;
  const count = Math.max(repeated, asked) + 1;
  if (count > MAX_RETRIES) return false;
  const { creds } = socket.authState;
  const keys = await takeKeys(socket);
  await socket.sendNode({
    tag: 'receipt',
    attrs: {
      id,
      to: from,
      type: 'retry',
      // Without it the phone may not encrypt a peer message again (whatsmeow retry.go).
      ...(category && { category }),
      ...(participant && { participant }),
      ...(recipient && { recipient }),
    },
    content: [
      { tag: 'retry', attrs: { count: String(count), id, t, v: '1', error: '0' } },
      { tag: 'registration', attrs: {}, content: encodeBigEndian(creds.registrationId) },
      keys,
    ],
  });
  return true;
}

/** Uses up a pre-key. Under the same name as Baileys, which may be uploading others at this moment. */
async function takeKeys({ authState, ev }: WASocket): Promise<BinaryNode> {
  const { creds } = authState;
  const keys = authState.keys;
  const preKeys = await keys.transaction(async () => {
    const next = await getNextPreKeys({ creds, keys }, 1);
    ev.emit('creds.update', next.update);
    return next.preKeys;
  }, creds.me?.id ?? '');
  const [id = ''] = Object.keys(preKeys);
  const preKey = preKeys[Number(id)];
  if (!preKey || !creds.account) throw new Error('There are no keys to ask with');
  return {
    tag: 'keys',
    attrs: {},
    content: [
      { tag: 'type', attrs: {}, content: KEY_BUNDLE_TYPE },
      { tag: 'identity', attrs: {}, content: creds.signedIdentityKey.public },
      xmppPreKey(preKey, Number(id)),
      xmppSignedPreKey(creds.signedPreKey),
      { tag: 'device-identity', attrs: {}, content: encodeSignedDeviceIdentity(creds.account, true) },
    ],
  };
}
