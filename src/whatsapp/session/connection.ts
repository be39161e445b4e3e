import { Logger } from '@nestjs/common';
import {
  type BinaryNode,
  configureSuccessfulPairing,
  type ConnectionState,
  DEFAULT_CONNECTION_CONFIG,
  jidDecode,
  makeWASocket,
  type WASocket,
  type WAVersion,
} from '@whiskeysockets/baileys';
import { parseJid, parseLid } from '../../contacts/address.js';
import {
  accountKeyOf,
  AuthState,
  isLinked,
  type KeyHooks,
  loadCredentials,
} from '../auth-state/auth-state.js';
import type { ProfileLine } from '../profiles/profile-line.js';
import { privacyTokenOf } from '../profiles/privacy-token.js';
import { AddressBookSync } from '../sync/address-book-sync.js';
import { keepPeerMessages } from '../sync/peer-messages.js';
import type { SyncServices } from '../sync/sync-services.js';
import { createBaileysLogger } from './baileys-logger.js';
import { type ConnectionEnd, readConnectionEnd } from './connection-end.js';
import { InboundGate } from './inbound-gate.js';
import { watchLine } from './line-watch.js';
import { rawSocketOf, speakOnlyWhile } from './raw-socket.js';

/** Pings go out this often. */
const KEEP_ALIVE_MS = 20_000;
/** WhatsApp answers pings at once; a line that is silent for this long is dead. */
const MAX_SILENCE_MS = 35_000;
const CONNECT_TIMEOUT_MS = 20_000;
/** For our own queries; Baileys would wait for a minute. Large answers come by reference, so that it is plenty. */
const QUERY_TIMEOUT_MS = 20_000;

export interface ClosedConnection extends ConnectionEnd {
  /** How long it was open, logged in; 0 when it never was. */
  openMs: number;
}

export interface ConnectionEvents {
  qr(text: string): void;
  open(): void;
}

/** Without an account there is nothing to synchronise: the connection is there to be linked. */
const NO_SYNC: KeyHooks = {
  saved: async () => {},
  committed: () => {},
  appStateVersion: async () => undefined,
};

/** One connection to WhatsApp: a Baileys socket, and what is wired to it. It is never reused. */
export class Connection {
  private readonly logger = new Logger(Connection.name);
  private readonly socket: WASocket;
  private readonly gate: InboundGate;
  private readonly stopWatching: () => void;
  private openedAtMs: number | null = null;
  readonly closed: Promise<ClosedConnection>;

  private constructor(
    private readonly services: SyncServices,
    private readonly authState: AuthState,
    private readonly sync: AddressBookSync | null,
    private readonly events: ConnectionEvents,
    version: WAVersion,
  ) {
    this.socket = makeWASocket({
      auth: authState,
      version,
      logger: createBaileysLogger(),
      connectTimeoutMs: CONNECT_TIMEOUT_MS,
      keepAliveIntervalMs: KEEP_ALIVE_MS,
      // The phone goes on notifying its owner, as it would not while a companion is online.
      markOnlineOnConnect: false,
      syncFullHistory: false,
      // History and app state are read by our own code (src/whatsapp/sync), which can survive being killed.
      shouldSyncHistoryMessage: () => false,
      emitOwnEvents: false,
      enableRecentMessageCache: false,
      makeSignalRepository: keepPeerMessages(
        DEFAULT_CONNECTION_CONFIG.makeSignalRepository,
        () => [authState.creds.me?.id, authState.creds.me?.lid].map((jid) => jidDecode(jid)?.user),
        (error) => this.logger.warn(`Cannot read a message of the phone: ${(error as Error).message}`),
      ),
    });
    speakOnlyWhile(this.socket, () => services.ownership.isHeld);
    this.stopWatching = watchLine(this.socket, MAX_SILENCE_MS, {
      silent: () => this.cut(),
      refused: (status) =>
        void this.socket.end(new Error(`WebSocket Error (Unexpected server response: ${status})`)),
    });
    this.gate = new InboundGate(
      this.socket.ws,
      (stanzas) => this.keep(stanzas),
      (error) => this.abandon(error),
    );
    this.socket.ev.on('creds.update', () => void this.saveCredentials());
    this.closed = new Promise((resolve) => {
      this.socket.ev.on('connection.update', (update) => this.onUpdate(update, resolve));
    });
  }

  /**
   * Connects as the device that is linked, or, when none is, as one that waits to be.
   * @param over while nothing is sent yet, it keeps the connection from being made
   */
  static async open(
    services: SyncServices,
    events: ConnectionEvents,
    { version, over }: { version: WAVersion; over: AbortSignal },
  ): Promise<Connection> {
    const creds = await loadCredentials(services.authState);
    const account = isLinked(creds) ? await services.accounts.findServed() : null;
    over.throwIfAborted();
    let connection: Connection | null = null;
    const line: ProfileLine = {
      query: async (node) => made(connection).query(node),
      privacyToken: async (address, lid) => privacyTokenOf(made(connection).socket, address, lid),
    };
    const sync = account ? new AddressBookSync(account, line, services) : null;
    const { authState: repository, ownership } = services;
    const authState = new AuthState(creds, repository, ownership, sync ?? NO_SYNC, (error) =>
      made(connection).abandon(error),
    );
    connection = new Connection(services, authState, sync, events, version);
    return connection;
  }

  /** Whether it logs in as a linked device; otherwise it waits to be linked. */
  get isLinked(): boolean {
    return this.sync !== null;
  }

  get isOpen(): boolean {
    return this.openedAtMs !== null;
  }

  /** @returns the 8 characters to enter on the phone */
  async requestPairingCode(phone: string): Promise<string> {
    return this.socket.requestPairingCode(phone);
  }

  /** Tells WhatsApp that this device is no longer linked; the connection ends with it. */
  async unlink(): Promise<void> {
    await this.socket.logout();
  }

  /** Says goodbye and closes. */
  async close(): Promise<void> {
    this.stopWork();
    await this.socket.end(undefined);
  }

  /** Cuts the line without a word, as must be when another process holds the session. */
  cut(): void {
    this.stopWork();
    rawSocketOf(this.socket)?.terminate();
    void this.socket.end(undefined);
  }

  /** What comes in from now on is neither kept nor acknowledged: WhatsApp gives it to the next connection. */
  private stopWork(): void {
    this.stopWatching();
    this.gate.close();
    this.sync?.close();
    this.authState.close();
  }

  private async query(node: BinaryNode): Promise<BinaryNode> {
    const answer = (await this.socket.query(node, QUERY_TIMEOUT_MS)) as BinaryNode | undefined;
    if (!answer) throw new Error('WhatsApp did not answer in time');
    return answer;
  }

  private onUpdate(
    { qr, connection, lastDisconnect }: Partial<ConnectionState>,
    closed: (end: ClosedConnection) => void,
  ) {
    if (qr) this.events.qr(qr);
    if (connection === 'open') this.onOpen();
    if (connection === 'close') {
      this.stopWork();
      const openMs = this.openedAtMs === null ? 0 : performance.now() - this.openedAtMs;
      closed({ ...readConnectionEnd(lastDisconnect?.error), openMs });
    }
  }

  private onOpen(): void {
    this.openedAtMs = performance.now();
    this.events.open();
    const { me } = this.authState.creds;
    this.sync
      ?.opened(me?.lid, accountKeyOf(this.authState.creds))
      .catch((error: unknown) => this.abandon(error));
  }

  /** Runs before Baileys' handlers see the stanzas, and so before anything is acknowledged. */
  private async keep(stanzas: BinaryNode[]): Promise<void> {
    const pairing = stanzas.find(({ tag }) => tag === 'iq');
    if (pairing) return this.keepLink(pairing);
    await this.authState.saveCredentials();
    await this.sync?.saveStanzas(stanzas);
  }

  /**
   * The phone has confirmed this device. Baileys answers it at once; from then on the phone counts the device as
   * linked, so that credentials and account are kept first. Baileys derives the same credentials once more.
   */
  private async keepLink(pairing: BinaryNode): Promise<void> {
    const { creds: confirmed } = configureSuccessfulPairing(pairing, this.authState.creds);
    const jid = parseJid(confirmed.me?.id);
    if (!jid) throw new Error('WhatsApp has confirmed the link without saying to which account');
    const { accounts, appState } = this.services;
    await this.authState.saveLink(confirmed, async (tx) => {
      const accountId = await accounts.link(tx, { jid, lid: parseLid(confirmed.me?.lid) });
      await appState.restart(tx, accountId);
    });
  }

  private async saveCredentials(): Promise<void> {
    await this.authState.saveCredentials().catch((error: unknown) => this.abandon(error));
  }

  /** What cannot be kept must not be acknowledged: the line is cut, and WhatsApp sends it again. */
  private abandon(error: unknown): void {
    this.logger.warn(`The connection is given up: ${(error as Error).message}`);
    this.cut();
  }
}

function made(connection: Connection | null): Connection {
  if (!connection) throw new Error('The connection is not made yet');
  return connection;
}
