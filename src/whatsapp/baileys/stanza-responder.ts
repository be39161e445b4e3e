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
import { requestRetry } from './retry-receipt.js';

/** Senders whose messages are acknowledged only, not receipted: statuses and channels. */
const WITHOUT_RECEIPT = /(^status@broadcast|@newsletter)$/;

/** Number of peer message ids to remember, because Signal cannot decrypt a message a second time. */
const MAX_REMEMBERED = 1_000;

export interface AnswerOptions {
  /** Whether Baileys decrypts messages from other accounts. */
  readonly decryptsMessages: boolean;
  /** Reports that a message of an own device was abandoned, or that messages can be read again. */
  lost(isLost: boolean): void;
}

/** Notifications that Baileys handles: low pre-keys or changed identities, changed devices, new privacy tokens. */
const FOR_BAILEYS: ReadonlySet<string> = new Set(['encrypt', 'devices', 'privacy_token']);

/**
 * Baileys derives an alternate address of the sender from these attributes, and stores it before it decrypts anything (7.0.0-rc14,
 * `extractAddressingContext`), although they describe the receiver or contradict the sender's own address.
 */
const MISREAD_BY_BAILEYS = /^(peer_recipient_.+|addressing_mode)$/;

type Answer = (stanza: BinaryNode, kind: SenderKind) => BinaryNode | null | Promise<BinaryNode | null>;

/**
 * Answers every saved stanza as WhatsApp expects from an inactive companion device. Messages from other accounts stay encrypted and
 * are receipted. Baileys handles only the remaining stanzas: retry receipts from own devices, `FOR_BAILEYS`, and, if DECRYPT_MESSAGES
 * is set, messages from other accounts. It never receives a message that claims to come from this account, because it would decrypt
 * the message in the session with the phone and act on its content.
 *
 * Differences from Baileys (7.0.0-rc14):
 * - Baileys acknowledges a peer message that it cannot decrypt, which loses sync keys and history. Here the message is requested
 *   again.
 * - Baileys reads every collection of a `server_sync` before it acknowledges the notification, including those that this service
 *   does not need.
 * - Baileys rejects a status that it cannot decrypt, which may block the offline queue (Baileys #2779), and has no handler for
 *   `<status>` and `<appdata>`, which ends the stream every 50 minutes (whatsapp-rust #1101).
 * - Baileys opens sessions and fetches keys for any sender of a retry receipt.
 */
export class StanzaResponder {
  private readonly logger = new Logger(StanzaResponder.name);
  private readonly peerMessages: PeerMessages;
  private readonly readIds = new Set<string>();
  /** How often each unreadable peer message has been requested again. */
  private readonly requests = new Map<string, number>();
  /** Null until this connection has read or abandoned a peer message. */
  private isLost: boolean | null = null;
  private sending: Promise<unknown>[] = [];

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
   * @returns the stanza that is passed to Baileys; null if it is answered
   */
  async answer(stanza: BinaryNode): Promise<BinaryNode | null> {
    const { tag } = stanza;
    const answer = Object.hasOwn(this.byTag, tag) ? this.byTag[tag] : undefined;
    try {
      if (answer) return await answer(stanza, this.kindOf(stanza));
      return this.acknowledge(stanza, NACK_REASONS.UnrecognizedStanza);
    } catch (error) {
      this.logger.warn(
        `Failed to answer stanza ${tag} ${stanza.attrs.type ?? ''}: ${(error as Error).message}`,
      );
      return this.acknowledge(stanza, NACK_REASONS.UnhandledError);
    }
  }

  /**
   * Resolves when all answers are sent. They are sent in order, but not one after the other: the answers to a batch of stanzas fit
   * into few packets.
   * @throws when the connection has ended
   */
  async sent(): Promise<void> {
    await Promise.all(this.sending.splice(0));
  }

  private async answerMessage(stanza: BinaryNode, kind: SenderKind): Promise<BinaryNode | null> {
    if (isPeerMessage(stanza, this.me)) return this.answerPeer(stanza);
    if (WITHOUT_RECEIPT.test(stanza.attrs.from ?? '') || !isEncrypted(stanza))
      return this.acknowledge(stanza);
    if (this.options.decryptsMessages && !isOwn(kind)) return forBaileys(withTrustedAddressing(stanza, kind));
    return this.send(this.socket.sendNode(receiptFor(stanza, isOwn(kind) ? 'sender' : 'inactive')));
  }

  private async answerPeer(stanza: BinaryNode): Promise<null> {
    const { id = '', from = '' } = stanza.attrs;
    const { outcome, announcesHistory } = await this.peerMessages.read(stanza);
    if (outcome === 'untrusted') {
      this.logger.warn('Rejected a peer message that was encrypted with the identity key of another device');
      return this.acknowledge(stanza);
    }
    if (outcome === 'unreadable' && !this.readIds.has(id)) return this.requestAgain(stanza);
    remember(this.readIds, id);
    this.requests.delete(id);
    this.report(false);
    await this.socket.sendReceipt(from, undefined, [id], 'peer_msg');
    if (announcesHistory) await this.socket.sendReceipt(from, undefined, [id], 'hist_sync');
    return null;
  }

  private async requestAgain(stanza: BinaryNode): Promise<null> {
    const { id = '' } = stanza.attrs;
    const asked = this.requests.get(id) ?? 0;
    const isRequested = await requestRetry(this.socket, stanza, asked);
    this.requests.set(id, asked + 1);
    forgetOldest(this.requests);
    if (!isRequested) this.report(true);
    this.logger.warn(
      isRequested ? 'Requested an unreadable peer message again' : 'Gave up on an unreadable peer message',
    );
    return this.acknowledge(stanza);
  }

  private acknowledge(stanza: BinaryNode, errorCode?: number): null {
    return this.send(this.socket.sendMessageAck(stanza, errorCode));
  }

  private send(sending: Promise<unknown>): null {
    // sent() rejects with the error.
    sending.catch(() => {});
    this.sending.push(sending);
    return null;
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

function remember(ids: Set<string>, id: string): void {
  ids.add(id);
  forgetOldest(ids);
}

function forgetOldest(ids: Set<string> | Map<string, unknown>): void {
  const [oldest] = ids.keys();
  if (ids.size > MAX_REMEMBERED && oldest !== undefined) ids.delete(oldest);
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
