import { Logger } from '@nestjs/common';
import {
  areJidsSameUser,
  type BinaryNode,
  decryptMessageNode,
  getHistoryMsg,
  MISSING_KEYS_ERROR_TEXT,
  type proto,
  type WASocket,
} from '@whiskeysockets/baileys';
import { createBaileysLogger } from './baileys-logger.js';
import { askAgain } from './retry-receipt.js';

const STATUS = 'status@broadcast';

/** What Baileys makes of a message: its content, or why it has none. */
interface Opened {
  message?: proto.IMessage;
  messageStubParameters?: string[];
}

/**
 * Answers what Baileys would answer wrongly, once what it says is kept:
 *
 * - A message of the phone to this device alone (`category="peer"`), Baileys acknowledges even if it cannot decrypt it: sync
 *   keys and history would be lost. Here it is asked for again.
 * - For `server_sync`, Baileys reads the collection before it acknowledges, our own and those that nobody needs; WhatsApp
 *   closes connections that acknowledge late.
 * - A status update that cannot be decrypted, Baileys refuses with an error, which may hold up the offline queue (Baileys
 *   issue 2779). Whatever it says, nobody here reads it.
 *
 * Of the account's own messages it hides the push name: Baileys would take it for its own, and then announce the account as
 * online with each change of its credentials.
 */
export class OwnAnswers {
  private readonly logger = new Logger(OwnAnswers.name);
  /** What was decrypted over this connection: Signal cannot decrypt it a second time. */
  private readonly decrypted = new Set<string>();
  /** Null: over a connection before, perhaps. */
  private isLost: boolean | null = null;
  /** Id of the phone's message that is being decrypted; empty when none is. One at a time: see InboundGate. */
  reading = '';

  /** @param lost is told when a message of the phone is given up, and when the next one can be read */
  constructor(
    private readonly socket: WASocket,
    private readonly lost: (isLost: boolean) => void,
  ) {}

  /** @returns what Baileys is to see of the stanza; null when it is answered */
  async answer(stanza: BinaryNode): Promise<BinaryNode | null> {
    const { tag, attrs } = stanza;
    if (tag === 'message' && attrs.category === 'peer' && this.isOwn(attrs.from)) {
      await this.answerPhone(stanza);
      return null;
    }
    if (isServerSync(stanza) || (tag === 'message' && attrs.from === STATUS)) {
      await this.socket.sendMessageAck(stanza);
      return null;
    }
    if (!attrs.notify || !this.isOwn(attrs.participant ?? attrs.from)) return stanza;
    const { notify: _ownName, ...others } = attrs;
    return { ...stanza, attrs: others };
  }

  /** What it says is kept by the transaction in which it is decrypted, see keepPeerMessages. */
  private async answerPhone(stanza: BinaryNode): Promise<void> {
    const { id = '', from = '' } = stanza.attrs;
    const { signalRepository, authState } = this.socket;
    const { me } = authState.creds;
    const opened = decryptMessageNode(
      stanza,
      me?.id ?? '',
      me?.lid ?? '',
      signalRepository,
      createBaileysLogger(),
    );
    this.reading = id;
    await opened.decrypt();
    this.reading = '';
    const { message, messageStubParameters: [failure] = [] } = opened.fullMessage as Opened;
    const isReadable = Boolean(message) || this.isDecrypted(id, failure);
    if (!isReadable) return this.askAgain(stanza);
    this.decrypted.add(id);
    this.report(false);
    await this.socket.sendReceipt(from, undefined, [id], 'peer_msg');
    if (getHistoryMsg(message ?? {})) await this.socket.sendReceipt(from, undefined, [id], 'hist_sync');
  }

  private isDecrypted(id: string, failure: string | undefined): boolean {
    return failure === MISSING_KEYS_ERROR_TEXT || this.decrypted.has(id);
  }

  private async askAgain(stanza: BinaryNode): Promise<void> {
    const isAsked = await askAgain(this.socket, stanza);
    const what = 'A message of the phone cannot be decrypted';
    if (!isAsked) this.report(true);
    this.logger.warn(isAsked ? `${what}; asking for it again` : `${what}, and is given up`);
    await this.socket.sendMessageAck(stanza);
  }

  private report(isLost: boolean): void {
    if (isLost !== this.isLost) this.lost(isLost);
    this.isLost = isLost;
  }

  private isOwn(jid: string | undefined): boolean {
    const { me } = this.socket.authState.creds;
    return areJidsSameUser(jid, me?.id) || (Boolean(me?.lid) && areJidsSameUser(jid, me?.lid));
  }
}

function isServerSync({ tag, attrs }: BinaryNode): boolean {
  return tag === 'notification' && attrs.type === 'server_sync';
}
