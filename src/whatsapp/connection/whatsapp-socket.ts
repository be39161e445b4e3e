import type { EventEmitter } from 'node:events';
import type { Agent as HttpsAgent } from 'node:https';
import {
  type AuthenticationState,
  type BinaryNode,
  type ConnectionState,
  DEFAULT_CONNECTION_CONFIG,
  makeWASocket,
  type UserFacingSocketConfig,
  type WASocket,
} from '@whiskeysockets/baileys';
import type { OutgoingProxies } from '../../kernel/network/outgoing-proxies.js';
import { ProxyAgent } from '../../kernel/network/proxy-agent.js';
import { createBaileysLogger } from '../baileys/baileys-logger.js';
import { monitorConnection } from '../baileys/connection-monitor.js';
import { guardWrites, rawSocketOf } from '../baileys/raw-socket.js';
import { requireVerifiedSignatures } from '../baileys/signature-checks.js';
import type { ClientIdentity } from '../linking/client-identity.js';
import { type ConnectionEnd, readConnectionEnd, UpgradeRefused } from './connection-end.js';

const KEEP_ALIVE_MS = 20_000;
/** WhatsApp responds to pings immediately, so a connection that is silent for longer is dead. */
const SILENCE_MS = { connecting: 20_000, connected: 35_000 };
const CLOSE_TIMEOUT_MS = 1_000;
const CLOSED = 'the connection was closed';
/** Baileys would wait for a minute. Large responses are sent by reference, so this is sufficient. */
const QUERY_TIMEOUT_MS = 20_000;

export interface ClosedConnection extends ConnectionEnd {
  /** How long the device was logged in; 0 if it never was. */
  openMs: number;
}

/** Determines the proxy of the WebSocket, `wss://web.whatsapp.com`. */
const WHATSAPP = new URL('https://web.whatsapp.com');

export interface SocketOptions {
  identity: ClientIdentity;
  proxies: OutgoingProxies;
  /** Called before every packet. When it returns false, the connection is cut. */
  maySend: () => boolean;
  makeSignalRepository?: UserFacingSocketConfig['makeSignalRepository'];
  /** Called when the device has logged in. */
  opened?: () => void;
  /** Called once, before `closed` resolves. */
  ended: () => void;
}

/**
 * One Baileys socket with the settings of this service. It connects when it is created, and is never reused. History,
 * contacts and links are handled by listeners of `ws`, not by Baileys.
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
      ...agentsFor(options.proxies),
      version: identity.version,
      browser: identity.browser,
      logger: createBaileysLogger(),
      // Otherwise Baileys starts a timer and records three stack traces for every stanza that it sends.
      connectTimeoutMs: 0,
      keepAliveIntervalMs: KEEP_ALIVE_MS,
      // While a companion is online, the phone does not notify its user.
      markOnlineOnConnect: false,
      syncFullHistory: false,
      // src/whatsapp/sync reads history and app state, and resumes after a kill.
      shouldSyncHistoryMessage: () => false,
      emitOwnEvents: false,
      enableRecentMessageCache: false,
      // The lease repeats transactions; Baileys would delay all stanzas for half a minute.
      transactionOpts: { maxCommitRetries: 1, delayBetweenTriesMs: 0 },
      ...(makeSignalRepository && { makeSignalRepository }),
    });
    guardWrites(this.baileys, options.maySend);
    this.stopWatching = monitorConnection(this.baileys, SILENCE_MS, {
      silent: () => this.cut(),
      refused: (status) => void this.baileys.end(new UpgradeRefused(status)),
      damaged: () => this.cut(new Error('A frame could not be authenticated')),
    });
    // The connection may end without a pending query.
    this.endOfConnection.catch(() => {});
    this.closed = new Promise((resolve) => {
      this.baileys.ev.on('connection.update', (update) => this.onUpdate(update, resolve));
    });
  }

  /** Emits inbound stanzas. */
  get ws(): EventEmitter {
    return this.baileys.ws;
  }

  get isOpen(): boolean {
    return this.openedAtMs !== null;
  }

  /** @throws an error with a code (see iqErrorCode) if WhatsApp refuses the IQ; another error if it does not respond */
  async query(node: BinaryNode): Promise<BinaryNode> {
    const response = this.baileys.query(node, QUERY_TIMEOUT_MS) as Promise<BinaryNode | undefined>;
    // When Baileys ends the connection itself, it does not reject pending queries.
    const answer = await Promise.race([response, this.endOfConnection]).catch((error: unknown) => {
      // Baileys rejects with the close code of the WebSocket, a number.
      throw error instanceof Error ? error : new Error(CLOSED);
    });
    if (!answer) throw new Error('WhatsApp did not respond in time');
    return answer;
  }

  async send(node: BinaryNode): Promise<void> {
    await this.baileys.sendNode(node);
  }

  /** Pauses or resumes reading from the connection. WhatsApp waits in the meantime. */
  setPaused(isPaused: boolean): void {
    const socket = rawSocketOf(this.baileys);
    if (isPaused) socket?.pause();
    else socket?.resume();
  }

  /** Sends the end of the stream, and closes. */
  async close(): Promise<void> {
    this.end();
    const timeout = setTimeout(() => rawSocketOf(this.baileys)?.terminate(), CLOSE_TIMEOUT_MS);
    await this.baileys.end(undefined).finally(() => clearTimeout(timeout));
  }

  /** Closes without sending anything, as required when another process has the lease. */
  cut(reason?: Error): void {
    this.end();
    rawSocketOf(this.baileys)?.terminate();
    void this.baileys.end(reason);
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

/** Returns the agents of the WebSocket, and of uploads, which this service never makes. */
function agentsFor(proxies: OutgoingProxies): Pick<UserFacingSocketConfig, 'agent' | 'fetchAgent'> {
  const proxy = proxies.for(WHATSAPP);
  if (!proxy) return {};
  const isTls = new URL(DEFAULT_CONNECTION_CONFIG.waWebSocketUrl).protocol === 'wss:';
  // `ws` accepts any http.Agent, but Baileys declares an https.Agent.
  const agent = new ProxyAgent(proxy, isTls ? 'https:' : 'http:') as unknown as HttpsAgent;
  return { agent, fetchAgent: agent };
}
