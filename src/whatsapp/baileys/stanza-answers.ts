import { Logger } from '@nestjs/common';
import { type BinaryNode, NACK_REASONS, type WASocket } from '@whiskeysockets/baileys';
import {
  isPeerMessage,
  kindOfSender,
  type SenderKind,
  withoutAttributes,
  withTrustedAddressing,
} from '../wire/stanza-sender.js';
import { PeerMessages } from './peer-messages.js';
import { receiptFor } from './receipt.js';
import { askAgain } from './retry-receipt.js';

/** Senders whose messages are acknowledged only, not receipted: statuses and channels. */
const WITHOUT_RECEIPT = /(^status@broadcast|@newsletter)$/;

/** Ids of peer messages to remember: Signal cannot decrypt one a second time. */
const MAX_REMEMBERED = 1_000;

export interface AnswerOptions {
  /** Whether Baileys decrypts messages of others. */
  readonly decryptsMessages: boolean;
  /** Reports that a message of an own device was given up, or that one could be read again. */
  lost(isLost: boolean): void;
}

/** Notifications that Baileys acts upon: pre-keys run low or identities change, devices change, privacy tokens arrive. */
const FOR_BAILEYS: ReadonlySet<string> = new Set(['encrypt', 'devices', 'privacy_token']);

/**
 * Attributes from which Baileys derives another address of the sender, and stores it before it decrypts anything
 * (7.0.0-rc14, `extractAddressingContext`), although they are about the receiver, or contradict the sender's own address.
 */
const MISREAD_BY_BAILEYS = /^(peer_recipient_.+|addressing_mode)$/;

type Answer = (stanza: BinaryNode, kind: SenderKind) => BinaryNode | null | Promise<BinaryNode | null>;

/**
 * Answers every stanza that is saved, as WhatsApp expects of a companion device that is not in use. Baileys handles only
 * what is left: retry receipts of own devices, `FOR_BAILEYS`, and, if DECRYPT_MESSAGES is set, messages of others. Otherwise
 * these are receipted as delivered to a device that is not in use, and stay encrypted. Baileys never sees a message that claims to come from
 * this account: it would decrypt it in the session with the phone, and act upon its content.
 *
 * Where Baileys would answer differently (7.0.0-rc14):
 * - It acknowledges a peer message that it cannot decrypt, so that sync keys and history would be lost. Here it is requested again.
 * - It reads every collection of a `server_sync` before it acknowledges it, including those that this service does not need.
 * - It rejects a status that it cannot decrypt, which may hold up the offline queue (Baileys #2779), and has no handler for
 *   `<status>` and `<appdata>`, which ends the stream every 50 minutes (whatsapp-rust #1101).
 * - It opens sessions and fetches keys for anyone who sends a retry receipt.
 */
export class StanzaAnswers {
  private readonly logger = new Logger(StanzaAnswers.name);
  private readonly peerMessages: PeerMessages;
  private readonly readIds = new Set<string>();
  /** Null until this connection has read, or given up on, a peer message. */
  private isLost: boolean | null = null;

  private readonly byTag: Record<string, Answer> = {
    message: (stanza, kind) => this.answerMessage(stanza, kind),
    status: (stanza) => this.acknowledge(stanza),
    appdata: (stanza) => this.acknowledge(stanza),
    call: (stanza) => this.acknowledge(stanza),
    receipt: (stanza, kind) =>
      stanza.attrs.type === 'retry' && isOwn(kind) ? stanza : this.acknowledge(stanza),
    notification: (stanza) =>
      FOR_BAILEYS.has(stanza.attrs.type ?? '') ? forBaileys(stanza) : this.acknowledge(stanza),
  };

  constructor(
    private readonly socket: WASocket,
    private readonly options: AnswerOptions,
  ) {
    this.peerMessages = new PeerMessages(socket);
  }

  /**
   * @returns what Baileys sees of the stanza; null if it is answered
   * @throws when the connection has ended
   */
  async answer(stanza: BinaryNode): Promise<BinaryNode | null> {
    const { tag } = stanza;
    const answer = Object.hasOwn(this.byTag, tag) ? this.byTag[tag] : undefined;
    try {
      if (answer) return await answer(stanza, this.kindOf(stanza));
      return await this.acknowledge(stanza, NACK_REASONS.UnrecognizedStanza);
    } catch (error) {
      this.logger.warn(
        `Failed to answer stanza ${tag} ${stanza.attrs.type ?? ''}: ${(error as Error).message}`,
      );
      return this.acknowledge(stanza, NACK_REASONS.UnhandledError);
    }
  }

  private async answerMessage(stanza: BinaryNode, kind: SenderKind): Promise<BinaryNode | null> {
    if (isPeerMessage(stanza, this.me)) return this.answerPeer(stanza);
    if (WITHOUT_RECEIPT.test(stanza.attrs.from ?? '') || !isEncrypted(stanza))
      return this.acknowledge(stanza);
    if (this.options.decryptsMessages && !isOwn(kind)) return forBaileys(withTrustedAddressing(stanza, kind));
    await this.socket.sendNode(receiptFor(stanza, isOwn(kind) ? 'sender' : 'inactive'));
    return null;
  }

  private async answerPeer(stanza: BinaryNode): Promise<null> {
    const { id = '', from = '' } = stanza.attrs;
    const { outcome, announcesHistory } = await this.peerMessages.read(stanza);
    if (outcome === 'untrusted') {
      this.logger.warn('Rejected a peer message that was encrypted with the identity key of another device');
      return this.acknowledge(stanza);
    }
    if (outcome === 'unreadable' && !this.readIds.has(id)) return this.requestAgain(stanza);
    this.remember(id);
    this.report(false);
    await this.socket.sendReceipt(from, undefined, [id], 'peer_msg');
    if (announcesHistory) await this.socket.sendReceipt(from, undefined, [id], 'hist_sync');
    return null;
  }

  private async requestAgain(stanza: BinaryNode): Promise<null> {
    const isRequested = await askAgain(this.socket, stanza);
    if (!isRequested) this.report(true);
    this.logger.warn(
      isRequested ? 'Requested an unreadable peer message again' : 'Gave up on an unreadable peer message',
    );
    return this.acknowledge(stanza);
  }

  private async acknowledge(stanza: BinaryNode, errorCode?: number): Promise<null> {
    await this.socket.sendMessageAck(stanza, errorCode);
    return null;
  }

  private remember(id: string): void {
    this.readIds.add(id);
    const [oldest] = this.readIds;
    if (this.readIds.size > MAX_REMEMBERED && oldest !== undefined) this.readIds.delete(oldest);
  }

  private report(isLost: boolean): void {
    if (isLost !== this.isLost) this.options.lost(isLost);
    this.isLost = isLost;
  }

  private kindOf(stanza: BinaryNode): SenderKind {
    return kindOfSender(stanza, this.me);
  }

  private get me(): { id?: string; lid?: string } {
    return this.socket.authState.creds.me ?? {};
  }
}

function isOwn(kind: SenderKind): boolean {
  return kind === 'phone' || kind === 'companion';
}

/** A message without `<enc>` could not be delivered to this device, and nothing is to be receipted. */
function isEncrypted({ content }: BinaryNode): boolean {
  return Array.isArray(content) && content.some(({ tag }) => tag === 'enc');
}

function forBaileys(stanza: BinaryNode): BinaryNode {
  return withoutAttributes(stanza, (name) => MISREAD_BY_BAILEYS.test(name));
}
