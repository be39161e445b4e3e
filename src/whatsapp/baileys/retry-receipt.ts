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

/** WhatsApp's clients send at most this many requests per message. */
const MAX_RETRIES = 5;

/**
 * Requests the sender to encrypt a message again, in a new session. The request contains the keys for it: an unused
 * one-time pre-key, the signed pre-key, and the identity key.
 *
 * Stanza: `<receipt type="retry"><retry count/><registration/><keys/></receipt>`, as sent by Baileys'
 * `sendRetryRequest`. That function cannot be used, because it also requests a copy from the phone, which has none of
 * peer messages.
 *
 * @param requested number of earlier requests over this connection
 * @returns false if the maximum is reached, and nothing was sent
 */
export async function requestRetry(
  socket: WASocket,
  stanza: BinaryNode,
  requested: number,
): Promise<boolean> {
  const { id = '', from = '', t = '', category, participant, recipient } = stanza.attrs;
  // The sender repeats the count of the last request, or omits it.
  const repeated = Number(getBinaryNodeChild(stanza, 'enc')?.attrs.count ?? 0) || 0;
  const count = Math.max(repeated, requested) + 1;
  if (count > MAX_RETRIES) return false;
  const { creds } = socket.authState;
  const keys = await takeKeys(socket);
  await socket.sendNode({
    tag: 'receipt',
    attrs: {
      id,
      to: from,
      type: 'retry',
      // Without it, the phone may not encrypt a peer message again (whatsmeow retry.go).
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

/**
 * Uses up a pre-key. The transaction has the same name as that of Baileys, which may upload pre-keys at this moment.
 */
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
  if (!preKey || !creds.account) throw new Error('No keys for a retry receipt');
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
