import {
  type BinaryNode,
  getBinaryNodeChild,
  getBinaryNodeChildren,
  jidDecode,
  MISSING_KEYS_ERROR_TEXT,
  unpadRandomMax16,
  type WASocket,
} from '@whiskeysockets/baileys';
import { Log } from '../../kernel/logging/log.js';
import { accountKeyOf, type KeptData } from '../auth-state/auth-state.js';
import { readPeerContent } from '../wire/peer-content.js';
import { identityKeyOfPreKeyMessage } from '../wire/pre-key-message.js';
import { deviceOf, senderOf } from '../wire/stanza-sender.js';
import { bytesOf } from '../wire/stanza-values.js';
import { identityKeysOfSession, isDeviceOfAccount } from './own-identity.js';

/** Message ids of another form are not stored, and their upload is not requested again. */
const MESSAGE_ID = /^[\x21-\x7e]{1,128}$/;

/** One encrypted part of a message, as Baileys' Signal repository accepts it. */
interface Ciphertext {
  jid: string;
  type: 'pkmsg' | 'msg';
  ciphertext: Uint8Array;
}

/**
 * Outcome of reading a peer message:
 * - `read`: its content is stored, now or on an earlier delivery, or is not needed
 * - `unreadable`: it cannot be decrypted, but the sender can encrypt it again
 * - `untrusted`: it was not encrypted by the device that it claims to come from
 */
export interface ReadPeerMessage {
  outcome: 'read' | 'unreadable' | 'untrusted';
  announcesHistory: boolean;
}

/**
 * Reads the messages that devices of the account send to this device only: sync keys, history notifications, and
 * requested collections. No other message is decrypted here.
 *
 * A device sends each message once, and a Signal message cannot be decrypted a second time. One database transaction
 * therefore decrypts and stores it: the Signal session advances if, and only if, the content is stored.
 *
 * The sender is verified twice: by the stanza (`isPeerMessage`), before any other processing, and by the identity key
 * of the Signal session. The phone's key is the one that signed the link. Another companion proves its key with
 * `<device-identity>`, which the phone's key has signed.
 */
export class PeerMessages {
  private readonly log = new Log(PeerMessages.name);

  constructor(private readonly socket: WASocket) {}

  async read(stanza: BinaryNode): Promise<ReadPeerMessage> {
    const result: ReadPeerMessage = { outcome: 'read', announcesHistory: false };
    const jid = this.signalJidOf(stanza);
    for (const part of getBinaryNodeChildren(stanza, 'enc')) {
      const { type } = part.attrs;
      // Its only limit is the frame size of 16 MB, because a notification can contain the history itself.
      const ciphertext = part.content instanceof Uint8Array ? part.content : null;
      if (!ciphertext || (type !== 'pkmsg' && type !== 'msg')) return { ...result, outcome: 'unreadable' };
      const encrypted = { jid, type, ciphertext } as const;
      const isFromSender = await this.isFromSender(stanza, encrypted);
      if (!isFromSender) return { ...result, outcome: isFromSender === null ? 'unreadable' : 'untrusted' };
      try {
        const stored = await this.decryptAndStore(stanza, encrypted);
        result.announcesHistory ||= Boolean(stored?.['history-notification']);
      } catch (error) {
        if ((error as Error).message !== MISSING_KEYS_ERROR_TEXT) return { ...result, outcome: 'unreadable' };
      }
    }
    return result;
  }

  /** Baileys stores Signal sessions with the account's devices under its LID as soon as it is known. */
  private signalJidOf(stanza: BinaryNode): string {
    const sender = senderOf(stanza) ?? '';
    const lid = jidDecode(this.socket.authState.creds.me?.lid)?.user;
    const device = deviceOf(sender);
    return lid ? `${lid}${device > 0 ? `:${device}` : ''}@lid` : sender;
  }

  /** @returns null if the sender cannot be verified, and has to encrypt the message again */
  private async isFromSender(
    stanza: BinaryNode,
    { jid, type, ciphertext }: Ciphertext,
  ): Promise<boolean | null> {
    const { creds, keys } = this.socket.authState;
    const accountKey = accountKeyOf(creds);
    if (!accountKey) return false;
    const isPhone = deviceOf(jid) === 0;
    if (type === 'pkmsg') {
      const key = identityKeyOfPreKeyMessage(ciphertext);
      if (!key || isPhone) return key && key.equals(accountKey);
      return isDeviceOfAccount(key, bytesOf(getBinaryNodeChild(stanza, 'device-identity')), accountKey);
    }
    // The first message of a session with another companion has passed the check above.
    if (!isPhone) return true;
    const address = this.socket.signalRepository.jidToSignalProtocolAddress(jid);
    const { [address]: session } = await keys.get('session', [address]);
    if (identityKeysOfSession(session).every((key) => key.equals(accountKey))) return true;
    // Earlier versions could store a stranger's session here. The phone opens a new one to encrypt the message again.
    await keys.set({ session: { [address]: null }, 'identity-key': { [address]: null } });
    return null;
  }

  /** @returns the stored content; null if there is nothing to store */
  private async decryptAndStore(stanza: BinaryNode, encrypted: Ciphertext): Promise<KeptData | null> {
    const { signalRepository, authState } = this.socket;
    return authState.keys.transaction(async () => {
      const plaintext = await signalRepository.decryptMessage(encrypted);
      const content = this.contentOf(stanza, plaintext);
      if (content) await authState.keys.set(content);
      return content;
    }, encrypted.jid);
  }

  private contentOf(stanza: BinaryNode, plaintext: Uint8Array): KeptData | null {
    const { id = '' } = stanza.attrs;
    try {
      const content = readPeerContent(unpadRandomMax16(plaintext));
      if (content?.kind === 'sync-keys') return { 'app-state-sync-key': Object.fromEntries(content.keys) };
      // Companions share keys, but only the phone has the history and the collections.
      if (!content || deviceOf(senderOf(stanza) ?? '') !== 0) return null;
      if (content.kind === 'recovery') return { 'snapshot-recovery': { new: content.records } };
      return { 'history-notification': { [MESSAGE_ID.test(id) ? id : '']: content.notification } };
    } catch (err) {
      this.log.warn({ err }, 'Parsing peer message failed');
      return null;
    }
  }
}
