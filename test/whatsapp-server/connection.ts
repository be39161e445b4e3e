import { type BinaryNode, decodeBinaryNode, encodeBinaryNode } from '@whiskeysockets/baileys';
import type { WebSocket } from 'ws';
import type { Companion } from './companion.js';
import { type Deferred, deferred } from './deferred.js';
import type { Faults, StreamErrorCode } from './faults.js';
import { frame, FrameReader } from './frame-reader.js';
import type { WaitingDevice } from './linking/waiting-device.js';
import type { ClientFinish, NoiseResponder } from './noise-responder.js';
import { element, SERVER_OFFLINE } from './stanza.js';
import type { Expiration } from './web-site.js';

/** Callbacks of a connection. */
export interface ConnectionHandlers {
  /** the handshake is complete; the client registers or logs in */
  onClient(connection: Connection, client: ClientFinish): void;
  onStanza(connection: Connection, stanza: BinaryNode): void;
  onClose(connection: Connection): void;
  /** the client sent invalid data; the connection is cut */
  onError(error: Error): void;
}

const MAX_POSTPONED_MS = 1_000;

/** The WebSocket connection of one client: handshake, encryption, faults, and ways to end it. */
export class Connection {
  readonly openedAt = new Date();
  /** the device that is logged in */
  companion?: Companion;
  /** the device that waits to be linked */
  waiting?: WaitingDevice;
  /** revision of WhatsApp Web that the client reported */
  revision = 0;
  /** whether the companion accepts stanzas */
  active = false;
  private readonly frames = new FrameReader();
  private readonly answers = new Map<string, Deferred<BinaryNode>>();
  private inbound: Promise<void> = Promise.resolve();
  private stage: 'hello' | 'finish' | 'open' | 'closed' = 'hello';
  private silent = false;
  /** stanza to send after the next one */
  private postponed?: BinaryNode;

  constructor(
    private readonly socket: WebSocket,
    private readonly noise: NoiseResponder,
    private readonly faults: Faults,
    private readonly handlers: ConnectionHandlers,
  ) {
    socket.on('message', (data: Buffer) => {
      this.inbound = this.inbound.then(() => this.receive(data)).catch((error: Error) => this.fail(error));
    });
    socket.on('error', () => this.cut());
    socket.on('close', () => this.closed());
  }

  /** Whether the connection is half-open: TCP stays connected, but nothing is read or sent. */
  get isSilent(): boolean {
    return this.silent;
  }

  /** Whether stanzas can still be exchanged. */
  get isOpen(): boolean {
    return this.stage === 'open';
  }

  /** Sends a stanza. Does nothing if the connection is closed or silent. Faults can prevent or change it. */
  send(node: BinaryNode): void {
    if (this.stage !== 'open' || this.silent) return;
    const effect = this.faults.sent.strike(node);
    if (effect === 'lose') return;
    if (effect === 'cut-before') return this.cut();
    if (effect === 'overtaken') return this.postpone(node);
    this.write(node, { tampered: effect === 'tampered' });
    this.sendPostponed();
    if (effect === 'twice') this.write(node);
    if (effect === 'cut-after') this.cut();
  }

  /** Sends an IQ and waits for the response of the client. */
  request(iq: BinaryNode): Promise<BinaryNode> {
    const answer = deferred<BinaryNode>();
    this.answers.set(iq.attrs.id ?? '', answer);
    this.send(iq);
    return answer.promise;
  }

  /** Handles the response to an IQ of the server. */
  answered(iq: BinaryNode): void {
    const id = iq.attrs.id ?? '';
    this.answers.get(id)?.resolve(iq);
    this.answers.delete(id);
  }

  /** Sends the reason and closes the connection. */
  end(reason: BinaryNode): void {
    this.send(reason);
    this.socket.close();
    this.closed();
  }

  /** Sends `<stream:error>` and closes the connection. */
  endWithStreamError(code: StreamErrorCode): void {
    const conflict = (type: string): BinaryNode[] => [element('conflict', { type })];
    if (code === 440) this.end(element('stream:error', {}, conflict('replaced')));
    else if (code === 401) this.end(element('stream:error', { code: '401' }, conflict('device_removed')));
    else if (code === 'device_removed') this.end(element('stream:error', {}, conflict(code)));
    else if (typeof code === 'string') this.end(element('stream:error', {}, [element(code, {})]));
    else this.end(element('stream:error', { code: String(code) }));
  }

  /** Sends `<stream:error><ack/></stream:error>`, because the companion has not acknowledged a stanza. */
  endForMissingAcknowledgement({ tag, attrs: { id } }: BinaryNode): void {
    this.end(element('stream:error', {}, [element('ack', { class: tag, id })]));
  }

  /** Rejects the login with `<failure>` and closes the connection. */
  endWithFailure(reason: number): void {
    this.end(element('failure', { reason: String(reason), location: 'odn' }));
  }

  /**
   * Sends `<ib><client_expiration t/></ib>`: the server will reject this version from that time on. Without `t`, it
   * withdraws the announcement (whatsapp-rust, `handle_client_expiration`). When the real server sends it is unknown;
   * this server sends it after each login.
   */
  announceExpiration(expiration: Expiration | null): void {
    if (!expiration || this.revision > expiration.revision) return;
    const { at } = expiration;
    const attrs = at ? { t: String(Math.floor(at.getTime() / 1_000)) } : {};
    this.send(element('ib', SERVER_OFFLINE, [element('client_expiration', attrs)]));
  }

  /** Cuts the connection without a reason. */
  cut(): void {
    this.socket.terminate();
    this.closed();
  }

  /** Makes the connection half-open: TCP stays connected, but nothing is read or sent. */
  goSilent(): void {
    this.silent = true;
    this.socket.pause();
  }

  private async receive(data: Buffer): Promise<void> {
    for (const bytes of this.frames.read(data)) {
      if (this.stage === 'hello') {
        const { message, client } = this.noise.hello(bytes);
        this.socket.send(frame(message));
        this.stage = client ? 'open' : 'finish';
        if (client) this.handlers.onClient(this, client);
      } else if (this.stage === 'finish') {
        const client = this.noise.finish(bytes);
        this.stage = 'open';
        this.handlers.onClient(this, client);
      } else if (this.stage === 'open') {
        const stanza = await decodeBinaryNode(this.noise.decrypt(bytes));
        if (!this.silent) this.handlers.onStanza(this, stanza);
      }
    }
  }

  private fail(error: Error): void {
    if (this.stage !== 'closed') this.handlers.onError(error);
    this.cut();
  }

  private write(node: BinaryNode, { tampered = false } = {}): void {
    if (this.socket.readyState !== this.socket.OPEN) return;
    const bytes = this.noise.encrypt(encodeBinaryNode(node));
    if (tampered) bytes[0] = ~(bytes[0] ?? 0) & 0xff;
    this.socket.send(frame(bytes));
  }

  private postpone(node: BinaryNode): void {
    this.sendPostponed();
    this.postponed = node;
    setTimeout(() => this.sendPostponed(), MAX_POSTPONED_MS).unref();
  }

  private sendPostponed(): void {
    const { postponed } = this;
    this.postponed = undefined;
    if (postponed) this.write(postponed);
  }

  private closed(): void {
    if (this.stage === 'closed') return;
    this.stage = 'closed';
    this.active = false;
    for (const answer of this.answers.values()) answer.reject(new Error('the connection was closed'));
    this.answers.clear();
    this.handlers.onClose(this);
  }
}
