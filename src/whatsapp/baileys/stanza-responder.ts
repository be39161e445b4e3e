import { type BinaryNode, NACK_REASONS, type WASocket } from '@whiskeysockets/baileys';
import { Log } from '../../kernel/logging/log.js';
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

/** Senders whose messages are acknowledged without a receipt: statuses and channels. */
const WITHOUT_RECEIPT = /(^status@broadcast|@newsletter)$/;

/** Number of peer message ids to remember, because a Signal message cannot be decrypted a second time. */
const MAX_REMEMBERED = 1_000;

export interface ResponderOptions {
  /** Whether Baileys decrypts messages from other accounts. */
  readonly decryptsMessages: boolean;
  /** Called if a peer message could not be decrypted (true), and when one can be decrypted again (false). */
  lost(isLost: boolean): void;
}

/** Notifications that Baileys handles: low pre-keys or changed identities, changed devices, new privacy tokens. */
const FOR_BAILEYS: ReadonlySet<string> = new Set(['encrypt', 'devices', 'privacy_token']);

/**
 * Attributes that describe the receiver, or that may contradict the sender's address. Baileys stores an alternate
 * address of the sender from them before it decrypts anything (7.0.0-rc14, `extractAddressingContext`).
 */
const MISREAD_BY_BAILEYS = /^(peer_recipient_.+|addressing_mode)$/;

type Handler = (stanza: BinaryNode, kind: SenderKind) => BinaryNode | null | Promise<BinaryNode | null>;

/**
 * Responds to every saved stanza as WhatsApp expects from an inactive companion device. Messages from other accounts
 * stay encrypted, and receipts are sent for them. Baileys handles only retry receipts from own devices, `FOR_BAILEYS`,
 * and, if DECRYPT_MESSAGES is set, messages from other accounts. It never receives a message that claims to be from
 * this account, because it would decrypt it in the session with the phone and act on its content.
 *
 * Differences from Baileys (7.0.0-rc14):
 * - Baileys acknowledges peer messages that it cannot decrypt, which loses sync keys and history. Here they are
 *   requested
 *   again.
 * - Baileys reads every collection of a `server_sync` before it acknowledges the notification, including those that
 *   this
 *   service does not need.
 * - Baileys rejects a status that it cannot decrypt, which may block the offline queue (Baileys #2779). It has no
 *   handler for
 *   `<status>` and `<appdata>`, so WhatsApp ends the stream every 50 minutes (whatsapp-rust #1101).
 * - Baileys opens sessions and fetches keys for any sender of a retry receipt.
 */
export class StanzaResponder {
  private readonly log = new Log(StanzaResponder.name);
  private readonly peerMessages: PeerMessages;
  private readonly readIds = new Set<string>();
  /** Number of retry requests, by id of the peer message. */
  private readonly requests = new Map<string, number>();
  /** Last reported value; null before the first report. */
  private isLost: boolean | null = null;
  private sending: Promise<unknown>[] = [];

  private readonly byTag: Record<string, Handler> = {
    message: (stanza, kind) => this.handleMessage(stanza, kind),
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
    private readonly options: ResponderOptions,
  ) {
    this.peerMessages = new PeerMessages(socket);
  }

  /** @returns the stanza to pass to Baileys instead; null if it is acknowledged */
  async respond(stanza: BinaryNode): Promise<BinaryNode | null> {
    const { tag } = stanza;
    const handle = Object.hasOwn(this.byTag, tag) ? this.byTag[tag] : undefined;
    try {
      if (handle) return await handle(stanza, this.kindOf(stanza));
      return this.acknowledge(stanza, NACK_REASONS.UnrecognizedStanza);
    } catch (err) {
      this.log.warn({ err, tag, type: stanza.attrs.type }, 'Responding to stanza failed');
      return this.acknowledge(stanza, NACK_REASONS.UnhandledError);
    }
  }

  /**
   * Resolves when all responses are sent. They are sent in order and concurrently, so that those of a batch share
   * packets.
   *
   * @throws if the connection has ended
   */
  async flush(): Promise<void> {
    await Promise.all(this.sending.splice(0));
  }

  private async handleMessage(stanza: BinaryNode, kind: SenderKind): Promise<BinaryNode | null> {
    if (isPeerMessage(stanza, this.me)) return this.handlePeerMessage(stanza);
    if (WITHOUT_RECEIPT.test(stanza.attrs.from ?? '') || !isEncrypted(stanza))
      return this.acknowledge(stanza);
    if (this.options.decryptsMessages && !isOwn(kind)) return forBaileys(withTrustedAddressing(stanza, kind));
    return this.send(this.socket.sendNode(receiptFor(stanza, isOwn(kind) ? 'sender' : 'inactive')));
  }

  private async handlePeerMessage(stanza: BinaryNode): Promise<null> {
    const { id = '', from = '' } = stanza.attrs;
    const { outcome, announcesHistory } = await this.peerMessages.read(stanza);
    if (outcome === 'untrusted') {
      this.log.warn({}, 'Peer message rejected: encrypted with the identity key of another device');
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
    const requested = this.requests.get(id) ?? 0;
    const isRequested = await requestRetry(this.socket, stanza, requested);
    this.requests.set(id, requested + 1);
    forgetOldest(this.requests);
    if (!isRequested) this.report(true);
    this.log.warn(
      { requested },
      isRequested ? 'Unreadable peer message requested again' : 'Unreadable peer message lost',
    );
    return this.acknowledge(stanza);
  }

  private acknowledge(stanza: BinaryNode, errorCode?: number): null {
    return this.send(this.socket.sendMessageAck(stanza, errorCode));
  }

  private send(sending: Promise<unknown>): null {
    // flush() rejects with the error.
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

/** A message without `<enc>` could not be delivered to this device, so no receipt is sent for it. */
function isEncrypted({ content }: BinaryNode): boolean {
  return Array.isArray(content) && content.some(({ tag }) => tag === 'enc');
}

function forBaileys(stanza: BinaryNode): BinaryNode {
  return withoutAttributes(stanza, (name) => MISREAD_BY_BAILEYS.test(name));
}
