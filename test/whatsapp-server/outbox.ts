import type { BinaryNode } from '@whiskeysockets/baileys';
import { AcknowledgementLog, describe } from './acknowledgement-log.js';
import { deferred, type Deferred } from './deferred.js';
import { Mutex } from './mutex.js';
import { child, children, element, SERVER_OFFLINE } from './stanza.js';

/** A stanza that a companion must acknowledge. */
export interface OutgoingStanza {
  readonly id: string;
  /**
   * Makes the stanza, at its first delivery; later deliveries send the same one.
   * @param retries how often the companion asked for it again because it could not decrypt it
   */
  build(retries: number): Promise<BinaryNode>;
  /** the companion has it */
  onAcknowledged?(): void;
  /** the companion could not decrypt it, and asks for it again with this receipt */
  onRetry?(receipt: BinaryNode): void;
  /** a stanza that waits with the same key is replaced by this one */
  readonly supersedes?: string;
}

/** The companion refused a stanza: `<ack error>`. */
export class NotAcknowledgedError extends Error {
  constructor(
    readonly stanza: { readonly id: string; readonly tag: string },
    readonly code: string,
  ) {
    super(`the companion refused <${stanza.tag} id="${stanza.id}"> with error ${code}`);
  }
}

/** What Baileys answers to a message that it has decrypted before: it has it. */
const ALREADY_DECRYPTED = '487';

/** How an outbox reaches its companion, for as long as a connection lasts. */
export interface OutboxConnection {
  send(node: BinaryNode): void;
  /** The companion has not acknowledged this stanza in time. */
  unacknowledged(node: BinaryNode): void;
}

/** The attributes of a stanza that its acknowledgement repeats; `from` becomes `to`. */
const REPEATED_ATTRIBUTES = ['participant', 'recipient'] as const;

interface Entry {
  readonly stanza: OutgoingStanza;
  readonly outcome: Deferred<void>;
  node?: BinaryNode;
  overdue?: NodeJS.Timeout;
  /** how often the companion asked for it again, and how often it said `<ack>`: once for each delivery */
  retries: number;
  acks: number;
  sentOnThisConnection: boolean;
}

/**
 * The stanzas for one companion, each stored until it is acknowledged. WhatsApp ends the connection of a client that owes an
 * acknowledgement (fact: `<stream:error><ack/></stream:error>` after 50 minutes, whatsapp-rust #1101), and delivers the stanza
 * again at the next login, as an offline stanza. An acknowledgement counts only if it names the stanza as WhatsApp does: class, sender,
 * participant, recipient and, except for messages, type.
 */
export class Outbox {
  /** when and how often the companion acknowledges */
  readonly acknowledgements = new AcknowledgementLog();
  private readonly entries = new Map<string, Entry>();
  private readonly deliveries = new Mutex();
  private emptied: Deferred<void>[] = [];
  private connection?: OutboxConnection;
  /** After this time the connection of a companion that has not acknowledged a stanza ends; the real server waits 50 minutes. */
  acknowledgeWithinMs = Infinity;

  /** How many stanzas are not acknowledged. */
  get size(): number {
    return this.entries.size;
  }

  /** Ids of the stanzas that are not acknowledged, oldest first. */
  get pending(): string[] {
    return [...this.entries.keys()];
  }

  /** Resolves when everything is acknowledged; at once if it is now. */
  whenEmpty(): Promise<void> {
    const emptied = deferred<void>();
    this.emptied.push(emptied);
    this.checkEmpty();
    return emptied.promise;
  }

  /**
   * Sends a stanza now, or at the next login. Resolves when it is acknowledged.
   * @throws NotAcknowledgedError when the companion refuses it
   */
  post(stanza: OutgoingStanza): Promise<void> {
    if (stanza.supersedes) this.dropSuperseded(stanza.supersedes);
    const outcome = deferred<void>();
    const entry: Entry = { stanza, outcome, retries: 0, acks: 0, sentOnThisConnection: false };
    this.entries.set(stanza.id, entry);
    if (this.connection) this.deliver(entry, {});
    return outcome.promise;
  }

  /** The companion is ready: everything that waits is sent as offline stanza, and then what comes, at once. */
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

  /** The connection is gone. */
  close(): void {
    this.connection = undefined;
    for (const entry of this.entries.values()) {
      clearTimeout(entry.overdue);
      entry.sentOnThisConnection = false;
    }
  }

  /** The companion is unlinked: nothing will ever be acknowledged. */
  discard(reason: string): void {
    this.close();
    for (const entry of this.entries.values()) entry.outcome.reject(new Error(reason));
    this.entries.clear();
    this.checkEmpty();
  }

  /** Takes an `<ack>` of the companion. */
  acknowledged(ack: BinaryNode): void {
    const entry = this.entries.get(ack.attrs.id ?? '');
    if (entry?.node && !isAcknowledgementOf(ack, entry.node)) {
      this.acknowledgements.mismatched.push(JSON.stringify({ ack: ack.attrs, stanza: entry.node.attrs }));
      return;
    }
    this.acknowledgements.received(ack);
    if (!entry) return;
    const { error } = ack.attrs;
    // A message that is asked for again is acknowledged, or refused, as well: that belongs to the delivery before.
    entry.acks += 1;
    if (entry.acks <= entry.retries) return;
    if (error === undefined || error === ALREADY_DECRYPTED) return this.done(entry);
    this.remove(entry);
    const tag = entry.node?.tag ?? 'stanza';
    entry.outcome.reject(new NotAcknowledgedError({ id: entry.stanza.id, tag }, error));
    this.checkEmpty();
  }

  /** Takes a `<receipt>` of the companion: delivery, or a request to send the message again. */
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
    // In turn: it may forget the session in which another message is being encrypted.
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
      // Building may take a while, in which the connection may have gone.
      if (!this.mayDeliver(entry)) return;
      entry.sentOnThisConnection = true;
      this.acknowledgements.sent(entry.node);
      this.connection?.send({ ...entry.node, attrs: { ...entry.node.attrs, ...attrs } });
      this.expectAcknowledgement(entry, entry.node);
    });
  }

  private expectAcknowledgement(entry: Entry, node: BinaryNode): void {
    if (this.acknowledgeWithinMs === Infinity) return;
    entry.overdue = setTimeout(() => {
      this.acknowledgements.missing.push(describe(node));
      this.connection?.unacknowledged(node);
    }, this.acknowledgeWithinMs).unref();
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

/** Whether the sender gets a retry receipt: the phone ignores one for a peer message that is not of that category (whatsmeow retry.go). */
function isForSender(receipt: BinaryNode, node: BinaryNode | undefined): boolean {
  return node?.attrs.category !== 'peer' || receipt.attrs.category === 'peer';
}
