import {
  type AuthenticationState,
  type BinaryNode,
  type ConnectionState,
  makeWASocket,
  type UserFacingSocketConfig,
  type WASocket,
} from '@whiskeysockets/baileys';
import type { EventEmitter } from 'node:events';
import type { ClientIdentity } from '../linking/client-identity.js';
import { createBaileysLogger } from '../baileys/baileys-logger.js';
import { type ConnectionEnd, readConnectionEnd } from './connection-end.js';
import { monitorConnection } from '../baileys/connection-monitor.js';
import { guardWrites, rawSocketOf } from '../baileys/raw-socket.js';
import { requireVerifiedSignatures } from '../baileys/signature-checks.js';

/** Pings go out this often. */
const KEEP_ALIVE_MS = 20_000;
/** WhatsApp answers pings at once, so that a connection that is silent for longer is dead. */
const SILENCE_MS = { connecting: 20_000, connected: 35_000 };
/** A goodbye that is not answered within this is not waited for. */
const GOODBYE_TIMEOUT_MS = 1_000;
const CLOSED = 'the connection was closed';
/** For our own queries; Baileys would wait for a minute. Large answers come by reference, so that it is plenty. */
const QUERY_TIMEOUT_MS = 20_000;

export interface ClosedConnection extends ConnectionEnd {
  /** How long it was open, logged in; 0 when it never was. */
  openMs: number;
}

export interface SocketOptions {
  identity: ClientIdentity;
  /** Asked before every packet; once it says no, the connection is cut. */
  maySend: () => boolean;
  makeSignalRepository?: UserFacingSocketConfig['makeSignalRepository'];
  /** Logged in. */
  opened?: () => void;
  /** Called once, before closed resolves. */
  ended: () => void;
}

/**
 * One Baileys socket as this service sets it up, and the ways in which it ends. It connects as soon as it is made, and
 * is never reused. What Baileys would do on its own with history, contacts and links is left to others, which listen
 * to `ws`.
 */
export class WhatsAppSocket {
  readonly baileys: WASocket;
  readonly closed: Promise<ClosedConnection>;
  private readonly stopWatching: () => void;
  private openedAtMs: number | null = null;
  private hasEnded = false;
  private fail: (error: Error) => void = () => {};
  private readonly endOfConnection = new Promise<never>((_, reject) => (this.fail = reject));

  constructor(
    auth: AuthenticationState,
    private readonly options: SocketOptions,
  ) {
    requireVerifiedSignatures();
    const { identity, makeSignalRepository } = options;
    this.baileys = makeWASocket({
      auth,
      version: identity.version,
      browser: identity.browser,
      logger: createBaileysLogger(),
      // Baileys would start a timer and record three stack traces for every stanza that it sends.
      connectTimeoutMs: 0,
      keepAliveIntervalMs: KEEP_ALIVE_MS,
      // The phone goes on notifying its owner, as it would not while a companion is online.
      markOnlineOnConnect: false,
      syncFullHistory: false,
      // History and app state are read by our own code (src/whatsapp/sync), which can survive being killed.
      shouldSyncHistoryMessage: () => false,
      emitOwnEvents: false,
      enableRecentMessageCache: false,
      // The lease repeats transactions; Baileys would hold up all that arrives for half a minute.
      transactionOpts: { maxCommitRetries: 1, delayBetweenTriesMs: 0 },
      ...(makeSignalRepository && { makeSignalRepository }),
    });
    guardWrites(this.baileys, options.maySend);
    this.stopWatching = monitorConnection(this.baileys, SILENCE_MS, {
      silent: () => this.cut(),
      refused: (status) =>
        void this.baileys.end(new Error(`WebSocket Error (Unexpected server response: ${status})`)),
      damaged: () => this.cut(new Error('What came in was changed on the way')),
    });
    // Nobody may be waiting for an answer when the connection ends.
    this.endOfConnection.catch(() => {});
    this.closed = new Promise((resolve) => {
      this.baileys.ev.on('connection.update', (update) => this.onUpdate(update, resolve));
    });
  }

  /** Baileys' emitter of what comes in. */
  get ws(): EventEmitter {
    return this.baileys.ws;
  }

  get isOpen(): boolean {
    return this.openedAtMs !== null;
  }

  /** @throws an error with a code (see iqErrorCode) when WhatsApp refuses the IQ, another one when no answer comes */
  async query(node: BinaryNode): Promise<BinaryNode> {
    const asked = this.baileys.query(node, QUERY_TIMEOUT_MS) as Promise<BinaryNode | undefined>;
    // When Baileys ends the connection itself, it forgets who waits for an answer.
    const answer = await Promise.race([asked, this.endOfConnection]).catch((error: unknown) => {
      // Baileys passes on what the WebSocket says at its end, which is a number.
      throw error instanceof Error ? error : new Error(CLOSED);
    });
    if (!answer) throw new Error('WhatsApp did not answer in time');
    return answer;
  }

  async send(node: BinaryNode): Promise<void> {
    await this.baileys.sendNode(node);
  }

  /** Pauses or resumes reading from the connection. WhatsApp waits meanwhile. */
  setPaused(isPaused: boolean): void {
    const socket = rawSocketOf(this.baileys);
    if (isPaused) socket?.pause();
    else socket?.resume();
  }

  /** Says goodbye and closes. */
  async close(): Promise<void> {
    this.end();
    const impatience = setTimeout(() => rawSocketOf(this.baileys)?.terminate(), GOODBYE_TIMEOUT_MS);
    await this.baileys.end(undefined).finally(() => clearTimeout(impatience));
  }

  /** Cuts the connection without a word, as must be when another process holds the session. */
  cut(why?: Error): void {
    this.end();
    rawSocketOf(this.baileys)?.terminate();
    void this.baileys.end(why);
  }

  private onUpdate(
    { connection, lastDisconnect }: Partial<ConnectionState>,
    closed: (end: ClosedConnection) => void,
  ): void {
    if (connection === 'open') {
      this.openedAtMs = performance.now();
      this.options.opened?.();
    }
    if (connection === 'close') {
      this.end();
      const openMs = this.openedAtMs === null ? 0 : performance.now() - this.openedAtMs;
      closed({ ...readConnectionEnd(lastDisconnect?.error), openMs });
    }
  }

  private end(): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.stopWatching();
    this.options.ended();
    this.fail(new Error(CLOSED));
  }
}
