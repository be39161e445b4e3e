import type { BinaryNode } from '@whiskeysockets/baileys';
import type { EventEmitter } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import pTimeout from 'p-timeout';

/** Stanzas that WhatsApp does not want acknowledged: answers, presence, and those about the connection itself. */
const NOT_ACKNOWLEDGED: ReadonlySet<string> = new Set([
  'iq',
  'ack',
  'ib',
  'presence',
  'chatstate',
  'success',
  'failure',
  'stream:error',
  'stream:features',
  'xmlstreamend',
]);

/** Stanzas that are saved together, and the elements in them: few enough that other sessions get their turn. */
const MAX_BATCH = 100;
const MAX_ELEMENTS = 2_000;
/** So many stanzas may wait; the connection is then not read until most of them are answered. */
const MAX_WAITING = 1_000;
const RESUME_BELOW = 200;
/**
 * A batch that is not saved by then is left to the next connection. Late acknowledgements do no harm; missing ones end the
 * stream after 50 minutes (whatsapp-rust #1101).
 */
const MAX_SAVE_MS = 60_000;

/** What happens to each stanza on its way. */
export interface InboundStages {
  /** Saves what the stanzas contain. If it rejects, the gate closes for good. */
  save(stanzas: BinaryNode[]): Promise<void>;
  /** Answers a stanza that is saved. @returns what Baileys sees of it; null if it is answered */
  answer(stanza: BinaryNode): Promise<BinaryNode | null>;
  /** Stops reading from the connection, or continues. */
  setPaused(isPaused: boolean): void;
  /** The gate has closed because of this error. */
  failed(error: unknown): void;
}

/** Whether WhatsApp expects an acknowledgement: it delivers the stanza again until it gets one. */
export function needsAcknowledgement({ tag, attrs }: BinaryNode): boolean {
  return Boolean(attrs.id && attrs.from) && !NOT_ACKNOWLEDGED.has(tag);
}

/**
 * Takes every stanza that must be acknowledged from Baileys, and saves what it contains before anything answers it.
 * WhatsApp delivers again at the next login whatever was not acknowledged, so a killed process loses nothing.
 *
 * Baileys has no hook for this. It announces each stanza as `frame`, and then under names made of its attributes, `TAG:<id>` and
 * `CB:<tag>…`. The gate replaces `emit`, and lets Baileys see a stanza only as the one event that its handlers
 * listen to. So a sender cannot choose an id that Baileys takes for the answer to a query.
 *
 * Order is preserved. Stanzas that arrive while others are saved form the next batch.
 */
export class InboundGate {
  private waiting: BinaryNode[] = [];
  private announced: unknown = null;
  private isDraining = false;
  private isPaused = false;
  private isClosed = false;
  private readonly forward: (event: string, ...args: unknown[]) => boolean;

  /** @param socket Baileys' `sock.ws` */
  constructor(
    socket: EventEmitter,
    private readonly stages: InboundStages,
  ) {
    this.forward = socket.emit.bind(socket);
    socket.emit = (event: string | symbol, ...args: unknown[]) => {
      const [frame] = args;
      if (event === 'frame' && isStanza(frame) && needsAcknowledgement(frame)) this.take(frame);
      else if (frame !== undefined && frame === this.announced) return true;
      return this.forward(event as string, ...args);
    };
  }

  /** Closes the gate: whatever waits is dropped without an acknowledgement. */
  close(): void {
    this.isClosed = true;
    this.waiting = [];
  }

  private take(stanza: BinaryNode): void {
    this.announced = stanza;
    if (this.isClosed) return;
    this.waiting.push(stanza);
    this.setPaused(this.waiting.length > (this.isPaused ? RESUME_BELOW : MAX_WAITING));
    void this.drain();
  }

  private async drain(): Promise<void> {
    if (this.isDraining) return;
    this.isDraining = true;
    try {
      while (this.waiting.length > 0) {
        await this.pass(this.waiting.splice(0, batchLength(this.waiting)));
        this.setPaused(this.isPaused && this.waiting.length > RESUME_BELOW);
        await nextTurn();
      }
    } catch (error) {
      this.close();
      this.stages.failed(error);
    } finally {
      this.isDraining = false;
    }
  }

  private async pass(batch: BinaryNode[]): Promise<void> {
    await pTimeout(this.stages.save(batch), {
      milliseconds: MAX_SAVE_MS,
      message: `Saving ${batch.length} stanzas took longer than ${MAX_SAVE_MS / 1_000} s`,
    });
    for (const stanza of batch) {
      const rest = this.isClosed ? null : await this.stages.answer(stanza);
      if (rest && !this.isClosed) this.forward(`CB:${rest.tag}`, rest);
    }
  }

  private setPaused(isPaused: boolean): void {
    if (this.isPaused === isPaused) return;
    this.isPaused = isPaused;
    this.stages.setPaused(isPaused);
  }
}

/** How many stanzas make the next batch: at least one, however large. */
function batchLength(waiting: readonly BinaryNode[]): number {
  let elements = 0;
  const end = waiting.slice(0, MAX_BATCH).findIndex((stanza) => {
    elements += countElements(stanza, MAX_ELEMENTS);
    return elements > MAX_ELEMENTS;
  });
  return end < 0 ? MAX_BATCH : Math.max(1, end);
}

/** The elements in a stanza; counting ends at the maximum. */
function countElements({ content }: BinaryNode, max: number): number {
  if (!Array.isArray(content)) return 0;
  let count = content.length;
  for (const child of content) {
    if (count > max) break;
    count += countElements(child, max - count);
  }
  return count;
}

function isStanza(frame: unknown): frame is BinaryNode {
  return typeof frame === 'object' && frame !== null && !(frame instanceof Uint8Array) && 'tag' in frame;
}
