import type { BinaryNode } from '@whiskeysockets/baileys';
import type { EventEmitter } from 'node:events';
import pTimeout from 'p-timeout';

/** Events by which Baileys' handlers get what they acknowledge to WhatsApp. */
const HELD_EVENTS = new Set(['CB:message', 'CB:notification', 'CB:call']);

/**
 * WhatsApp closes connections that acknowledge late (Baileys issue 1910). What is not kept by then is given back instead: the
 * next connection gets it again.
 */
const MAX_HELD_MS = 4_000;

interface HeldStanza {
  event: string;
  stanza: BinaryNode;
}

/** What happens to stanzas on their way. */
export interface InboundStages {
  /** Keeps what the stanzas say; when it rejects, the gate closes for good. */
  save(stanzas: BinaryNode[]): Promise<void>;
  /** Answers a stanza that is kept. @returns what Baileys is to see of it; null when it is answered */
  answer(stanza: BinaryNode): Promise<BinaryNode | null>;
  /** Is told why the gate closed. */
  failed(error: unknown): void;
}

/**
 * Stands between the socket and Baileys' handlers: a stanza reaches them, and so is acknowledged to WhatsApp, only
 * after save() has kept what it says. Whatever was not kept is delivered again by WhatsApp at the next login.
 *
 * Baileys has no hook for this: its handlers acknowledge on their own, so the gate takes the place of `emit` on the
 * socket's emitter. Order is kept; stanzas that arrive while save() runs are saved together.
 */
export class InboundGate {
  private held: HeldStanza[] = [];
  private draining = false;
  private closed = false;
  private readonly forward: (event: string, ...args: unknown[]) => boolean;

  /** @param socket Baileys' `sock.ws` */
  constructor(
    socket: EventEmitter,
    private readonly stages: InboundStages,
  ) {
    this.forward = socket.emit.bind(socket);
    socket.emit = (event: string | symbol, ...args: unknown[]) => {
      if (typeof event !== 'string' || !HELD_EVENTS.has(event)) return this.forward(event as string, ...args);
      if (this.closed) return true;
      this.held.push({ event, stanza: args[0] as BinaryNode });
      void this.drain();
      return true;
    };
  }

  /** Nothing gets through any more; what waits is dropped unacknowledged. */
  close(): void {
    this.closed = true;
    this.held = [];
  }

  private async drain(): Promise<void> {
    if (this.draining) return;
    this.draining = true;
    try {
      while (this.held.length > 0) {
        const batch = this.held.splice(0);
        await pTimeout(this.stages.save(batch.map(({ stanza }) => stanza)), {
          milliseconds: MAX_HELD_MS,
          message: `What WhatsApp said could not be kept within ${MAX_HELD_MS / 1_000} s`,
        });
        for (const { event, stanza } of batch) {
          const rest = this.closed ? null : await this.stages.answer(stanza);
          if (rest && !this.closed) this.forward(event, rest);
        }
      }
    } catch (error) {
      this.close();
      this.stages.failed(error);
    } finally {
      this.draining = false;
    }
  }
}
