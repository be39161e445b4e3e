import type { EventEmitter } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { BinaryNode } from '@whiskeysockets/baileys';

/** Stanzas that must not be acknowledged: responses, presence, and stanzas about the connection itself. */
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

/** Maximum number of stanzas in a batch, and of elements in them, so that other sessions are not delayed. */
const MAX_BATCH = 100;
const MAX_ELEMENTS = 2_000;
/** Maximum number of waiting stanzas. Beyond it, the connection is paused until most of them are handled. */
const MAX_WAITING = 1_000;
const RESUME_BELOW = 200;
/**
 * Maximum time to handle a batch. After it, the gate closes, and WhatsApp delivers the batch again over the next
 * connection. Late acknowledgements do no harm; missing ones end the stream after 50 minutes (whatsapp-rust #1101).
 */
const MAX_BATCH_MS = 60_000;

/** Handlers for the stages of a stanza. */
export interface InboundStages {
  /** Saves the content of the stanzas. If it rejects, the gate closes permanently. */
  save(stanzas: BinaryNode[]): Promise<void>;
  /** Acknowledges a saved stanza. @returns the stanza to pass to Baileys instead; null if it is acknowledged */
  respond(stanza: BinaryNode): Promise<BinaryNode | null>;
  /** Resolves when all responses are sent. */
  flush(): Promise<void>;
  /** Pauses or resumes reading from the connection. */
  setPaused(isPaused: boolean): void;
  /** Called when the gate has closed because of this error. */
  failed(error: unknown): void;
}

/** Returns whether WhatsApp expects an acknowledgement of a stanza. Without one, it delivers the stanza again. */
export function needsAcknowledgement({ tag, attrs }: BinaryNode): boolean {
  return Boolean(attrs.id && attrs.from) && !NOT_ACKNOWLEDGED.has(tag);
}

/**
 * Intercepts every stanza that needs an acknowledgement before Baileys receives it, and saves its content before it is
 * acknowledged. WhatsApp delivers unacknowledged stanzas again at the next login, so a killed process loses nothing.
 *
 * Baileys has no hook for this. It emits each stanza as `frame`, then as `TAG:<id>`, and as several events `CB:<tag>…`
 * derived from its attributes. The gate replaces `emit`, and passes a stanza to Baileys only as the one event that its
 * handlers listen to. A sender therefore cannot choose an id that Baileys mistakes for the response to a query.
 *
 * The order of stanzas is preserved. Stanzas that arrive while a batch is handled form the next batch.
 */
export class InboundGate {
  private waiting: BinaryNode[] = [];
  private intercepted: unknown = null;
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
      if (event === 'frame' && isStanza(frame) && needsAcknowledgement(frame)) this.enqueue(frame);
      else if (frame !== undefined && frame === this.intercepted) return true;
      return this.forward(event as string, ...args);
    };
  }

  /** Closes the gate. Waiting stanzas are dropped without an acknowledgement. */
  close(): void {
    this.isClosed = true;
    this.waiting = [];
  }

  private enqueue(stanza: BinaryNode): void {
    this.intercepted = stanza;
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
        // Stanzas of the same packet are emitted in one turn, and form one batch.
        await nextTurn();
        await this.handle(this.waiting.splice(0, batchLength(this.waiting)));
        this.setPaused(this.isPaused && this.waiting.length > RESUME_BELOW);
      }
    } catch (error) {
      this.fail(error);
    } finally {
      this.isDraining = false;
    }
  }

  private async handle(batch: BinaryNode[]): Promise<void> {
    if (batch.length === 0) return;
    const late = setTimeout(() => {
      this.fail(new Error(`Handling ${batch.length} stanzas took longer than ${MAX_BATCH_MS / 1_000} s`));
    }, MAX_BATCH_MS);
    try {
      await this.stages.save(batch);
      for (const stanza of batch) {
        const rest = this.isClosed ? null : await this.stages.respond(stanza);
        if (rest && !this.isClosed) this.forward(`CB:${rest.tag}`, rest);
      }
      if (!this.isClosed) await this.stages.flush();
    } finally {
      clearTimeout(late);
    }
  }

  private fail(error: unknown): void {
    this.close();
    this.stages.failed(error);
  }

  private setPaused(isPaused: boolean): void {
    if (this.isPaused === isPaused) return;
    this.isPaused = isPaused;
    this.stages.setPaused(isPaused);
  }
}

/** Returns the number of stanzas in the next batch, which is at least one regardless of its size. */
function batchLength(waiting: readonly BinaryNode[]): number {
  let elements = 0;
  const end = waiting.slice(0, MAX_BATCH).findIndex((stanza) => {
    elements += countElements(stanza, MAX_ELEMENTS);
    return elements > MAX_ELEMENTS;
  });
  return end < 0 ? MAX_BATCH : Math.max(1, end);
}

/** Returns the number of elements in a stanza. Stops counting beyond the maximum. */
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
