import type { BinaryNode } from '@whiskeysockets/baileys';
import { patient } from '../support/patience.js';
import { AcknowledgementLog } from './acknowledgement-log.js';
import { type Deferred, deferred } from './deferred.js';
import { Mutex } from './mutex.js';
import { child, children, element, SERVER_OFFLINE } from './stanza.js';

/** A stanza that a companion must acknowledge. */
export interface OutgoingStanza {
  readonly id: string;
  /**
   * Creates the stanza at its first delivery. Later deliveries send the same stanza.
   * @param retries number of retry receipts, which companions send if they cannot decrypt it
   */
  build(retries: number): Promise<BinaryNode>;
  /** called when the companion has acknowledged it */
  onAcknowledged?(): void;
  /** called when the companion could not decrypt it and sent this retry receipt */
  onRetry?(receipt: BinaryNode): void;
  /** replaces queued stanzas with the same key */
  readonly supersedes?: string;
}

/** The companion rejected a stanza: `<ack error>`. */
export class NotAcknowledgedError extends Error {
  constructor(
    readonly stanza: { readonly id: string; readonly tag: string },
    readonly code: string,
  ) {
    super(`the companion rejected <${stanza.tag} id="${stanza.id}"> with error ${code}`);
  }
}

/** Error code of Baileys for a message that it has decrypted before. */
const ALREADY_DECRYPTED = '487';

/** Connection of an outbox to its companion. */
export interface OutboxConnection {
  send(node: BinaryNode): void;
  /** called when the companion has not acknowledged this stanza in time */
  unacknowledged(node: BinaryNode): void;
}

/** Attributes of a stanza that its acknowledgement repeats. In addition, `from` becomes `to`. */
const REPEATED_ATTRIBUTES = ['participant', 'recipient'] as const;

interface Entry {
  readonly stanza: OutgoingStanza;
  readonly outcome: Deferred<void>;
  node?: BinaryNode;
  overdue?: NodeJS.Timeout;
  /** number of retry receipts */
  retries: number;
  /** number of acks: one for each delivery */
  acks: number;
  sentOnThisConnection: boolean;
}

/**
 * Stores the stanzas for one companion until they are acknowledged. WhatsApp ends the connection of a client that has
 * not acknowledged a stanza (fact: `<stream:error><ack/></stream:error>` after 50 minutes, whatsapp-rust #1101). It
 * delivers the stanza again at the next login, as an offline stanza. As on the real server, an acknowledgement is
 * accepted only if class, sender, participant, recipient and, except for messages, type match the stanza.
 */
export class Outbox {
  /** counts and times of the companion's acknowledgements */
  readonly acknowledgements = new AcknowledgementLog();
  private readonly entries = new Map<string, Entry>();
  private readonly deliveries = new Mutex();
  private emptied: Deferred<void>[] = [];
  private connection?: OutboxConnection;
  /** time without an acknowledgement after which the connection ends; 50 minutes on the real server */
  acknowledgeWithinMs = Infinity;

  /** Number of stanzas that are not acknowledged. */
  get size(): number {
    return this.entries.size;
  }

  /** Ids of the stanzas that are not acknowledged, oldest first. */
  get pending(): string[] {
    return [...this.entries.keys()];
  }

  /** Resolves when everything is acknowledged; immediately if it already is. */
  whenEmpty(): Promise<void> {
    const emptied = deferred<void>();
    this.emptied.push(emptied);
    this.checkEmpty();
    return emptied.promise;
  }

  /**
   * Sends a stanza now, or at the next login. Resolves when it is acknowledged.
   * @throws NotAcknowledgedError if the companion rejects it
   */
  post(stanza: OutgoingStanza): Promise<void> {
    if (stanza.supersedes) this.dropSuperseded(stanza.supersedes);
    const outcome = deferred<void>();
    const entry: Entry = { stanza, outcome, retries: 0, acks: 0, sentOnThisConnection: false };
    this.entries.set(stanza.id, entry);
    if (this.connection) this.deliver(entry, {});
    return outcome.promise;
  }

  /** Sends queued stanzas as offline stanzas, and later ones immediately. Call it when the companion is active. */
  open(connection: OutboxConnection): void {
    this.connection = connection;
    const send = (node: BinaryNode) => connection.send(node);
    const waiting = [...this.entries.values()];
    const count = String(waiting.length);
    if (waiting.length > 0)
      this.enqueue(() => send(element('ib', SERVER_OFFLINE, [element('offline_preview', { count })])));
    for (const entry of waiting) this.deliver(entry, { offline: '0' });
    this.enqueue(() => send(element('ib', SERVER_OFFLINE, [element('offline', { count })])));
  }

  /** Queues stanzas until the next `open`, because the connection is closed. */
  close(): void {
    this.connection = undefined;
    for (const entry of this.entries.values()) {
      clearTimeout(entry.overdue);
      entry.sentOnThisConnection = false;
    }
  }

  /** Rejects all stanzas, because the companion is unlinked or the server was stopped. */
  discard(reason: string): void {
    this.close();
    for (const entry of this.entries.values()) entry.outcome.reject(new Error(reason));
    this.entries.clear();
    this.checkEmpty();
  }

  /** Handles an `<ack>` of the companion. */
  acknowledged(ack: BinaryNode): void {
    const entry = this.entries.get(ack.attrs.id ?? '');
    if (entry?.node && !isAcknowledgementOf(ack, entry.node)) {
      this.acknowledgements.mismatched.push(JSON.stringify({ ack: ack.attrs, stanza: entry.node.attrs }));
      return;
    }
    this.acknowledgements.received(ack);
    if (!entry) return;
    const { error } = ack.attrs;
    // Companions also send an ack for a message that they request again. It belongs to the previous delivery.
    entry.acks += 1;
    if (entry.acks <= entry.retries) return;
    if (error === undefined || error === ALREADY_DECRYPTED) return this.done(entry);
    this.remove(entry);
    const tag = entry.node?.tag ?? 'stanza';
    entry.outcome.reject(new NotAcknowledgedError({ id: entry.stanza.id, tag }, error));
    this.checkEmpty();
  }

  /** Handles a `<receipt>` of the companion: delivered, or a request to send the message again. */
  received(receipt: BinaryNode): void {
    const items = children(child(receipt, 'list'), 'item').map((each) => each.attrs.id ?? '');
    for (const id of [receipt.attrs.id ?? '', ...items]) {
      this.acknowledgements.received(receipt, id);
      const entry = this.entries.get(id);
      if (!entry) continue;
      if (receipt.attrs.type !== 'retry') this.done(entry);
      else if (isForSender(receipt, entry.node)) this.sendAgain(entry, receipt);
    }
  }

  private sendAgain(entry: Entry, receipt: BinaryNode): void {
    entry.retries += 1;
    clearTimeout(entry.overdue);
    entry.node = undefined;
    entry.sentOnThisConnection = false;
    // Queued, because it can delete the session while another message is being encrypted in it.
    this.enqueue(() => entry.stanza.onRetry?.(receipt));
    if (this.connection) this.deliver(entry, {});
  }

  private deliver(entry: Entry, attrs: Record<string, string>): void {
    this.enqueue(async () => {
      if (!this.mayDeliver(entry)) return;
      try {
        entry.node ??= await entry.stanza.build(entry.retries);
      } catch (error) {
        this.remove(entry);
        entry.outcome.reject(error as Error);
        return;
      }
      // The connection can close while the stanza is being built.
      if (!this.mayDeliver(entry)) return;
      entry.sentOnThisConnection = true;
      this.acknowledgements.sent(entry.node);
      this.connection?.send({ ...entry.node, attrs: { ...entry.node.attrs, ...attrs } });
      this.expectAcknowledgement(entry, entry.node);
    });
  }

  private expectAcknowledgement(entry: Entry, node: BinaryNode): void {
    const limitMs = this.acknowledgeWithinMs;
    if (limitMs === Infinity) return;
    const sentAtMs = performance.now();
    const check = () => {
      // A busy machine delays the acknowledgement, and would be mistaken for a device that does not send it.
      const leftMs = patient(limitMs) - (performance.now() - sentAtMs);
      if (leftMs > 0) {
        entry.overdue = setTimeout(check, leftMs).unref();
        return;
      }
      this.acknowledgements.notAcknowledged(node);
      this.connection?.unacknowledged(node);
    };
    entry.overdue = setTimeout(check, limitMs).unref();
  }

  private mayDeliver(entry: Entry): boolean {
    const waits = this.entries.get(entry.stanza.id) === entry;
    return this.connection !== undefined && waits && !entry.sentOnThisConnection;
  }

  private enqueue(job: () => void | Promise<void>): void {
    void this.deliveries.run(async () => job());
  }

  private remove(entry: Entry): void {
    clearTimeout(entry.overdue);
    this.entries.delete(entry.stanza.id);
  }

  private done(entry: Entry): void {
    this.remove(entry);
    entry.stanza.onAcknowledged?.();
    entry.outcome.resolve();
    this.checkEmpty();
  }

  private checkEmpty(): void {
    if (this.entries.size > 0) return;
    for (const each of this.emptied) each.resolve();
    this.emptied = [];
  }

  private dropSuperseded(key: string): void {
    for (const [id, entry] of this.entries) {
      if (entry.stanza.supersedes !== key || entry.sentOnThisConnection) continue;
      this.entries.delete(id);
      entry.outcome.resolve();
    }
  }
}

function isAcknowledgementOf({ attrs: ack }: BinaryNode, { tag, attrs }: BinaryNode): boolean {
  const isNamed = ack.class === tag && ack.to === attrs.from;
  const isTyped = tag === 'message' || ack.type === attrs.type;
  return isNamed && isTyped && REPEATED_ATTRIBUTES.every((name) => ack[name] === attrs[name]);
}

/**
 * Returns whether the sender receives a retry receipt. For a peer message, the receipt must have the same category
 * (whatsmeow retry.go).
 */
function isForSender(receipt: BinaryNode, node: BinaryNode | undefined): boolean {
  return node?.attrs.category !== 'peer' || receipt.attrs.category === 'peer';
}
