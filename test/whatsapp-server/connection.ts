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

/** What the server does with a connection. */
export interface ConnectionHandlers {
  /** the handshake is done: register or log in */
  onClient(connection: Connection, client: ClientFinish): void;
  onStanza(connection: Connection, stanza: BinaryNode): void;
  onClose(connection: Connection): void;
  /** what came in made no sense; the line is cut */
  onError(error: Error): void;
}

const MAX_HELD_MS = 1_000;

/** The WebSocket of one companion: handshake, frames in and out, and the ways in which a line can end. */
export class Connection {
  readonly openedAt = new Date();
  /** the device that is logged in here */
  companion?: Companion;
  /** the device that wants to be linked here */
  waiting?: WaitingDevice;
  /** of WhatsApp Web, as the client reported it */
  revision = 0;
  /** whether the companion takes stanzas */
  active = false;
  private readonly frames = new FrameReader();
  private readonly answers = new Map<string, Deferred<BinaryNode>>();
  private inbound: Promise<void> = Promise.resolve();
  private stage: 'hello' | 'finish' | 'open' | 'closed' = 'hello';
  private silent = false;
  /** goes out after the next one */
  private held?: BinaryNode;
  private forgotten = false;

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

  /** Whether the line is half open: TCP is up, and nothing is read or sent. */
  get isSilent(): boolean {
    return this.silent;
  }

  /** Whether stanzas can still be exchanged. */
  get isOpen(): boolean {
    return this.stage === 'open';
  }

  /** Sends a stanza, unless the line is gone or a fault says otherwise. */
  send(node: BinaryNode): void {
    if (this.stage !== 'open' || this.silent) return;
    const effect = this.faults.sent.strike(node);
    if (effect === 'lose') return;
    if (effect === 'cut-before') return this.cut();
    if (effect === 'overtaken') return this.hold(node);
    this.write(node, { tampered: effect === 'tampered' });
    this.releaseHeld();
    if (effect === 'twice') this.write(node);
    if (effect === 'cut-after') this.cut();
  }

  /** Sends an IQ of the server and waits for the companion's answer. */
  request(iq: BinaryNode): Promise<BinaryNode> {
    const answer = deferred<BinaryNode>();
    this.answers.set(iq.attrs.id ?? '', answer);
    this.send(iq);
    return answer.promise;
  }

  /** Takes the companion's answer to an IQ of the server. */
  answered(iq: BinaryNode): void {
    const id = iq.attrs.id ?? '';
    this.answers.get(id)?.resolve(iq);
    this.answers.delete(id);
  }

  /** Says why, and closes in good order. */
  end(reason: BinaryNode): void {
    this.send(reason);
    this.socket.close();
    this.closed();
  }

  /** `<stream:error>`, and the end of the connection. */
  endWithStreamError(code: StreamErrorCode): void {
    const conflict = (type: string): BinaryNode[] => [element('conflict', { type })];
    if (code === 440) this.end(element('stream:error', {}, conflict('replaced')));
    else if (code === 401) this.end(element('stream:error', { code: '401' }, conflict('device_removed')));
    else if (code === 'device_removed') this.end(element('stream:error', {}, conflict(code)));
    else if (typeof code === 'string') this.end(element('stream:error', {}, [element(code, {})]));
    else this.end(element('stream:error', { code: String(code) }));
  }

  /** `<stream:error><ack/></stream:error>`: the companion has not acknowledged a stanza. */
  endForMissingAcknowledgement({ tag, attrs: { id } }: BinaryNode): void {
    this.end(element('stream:error', {}, [element('ack', { class: tag, id })]));
  }

  /** `<failure>` instead of a successful login, and the end of the connection. */
  endWithFailure(reason: number): void {
    this.end(element('failure', { reason: String(reason), location: 'odn' }));
  }

  /**
   * `<ib><client_expiration t/></ib>`: the server will refuse this version from a point in time on; without `t` it
   * withdraws that (whatsapp-rust, `handle_client_expiration`). When the real server sends it is not known; this one
   * sends it after each login.
   */
  announceExpiration(expiration: Expiration | null): void {
    if (!expiration || this.revision > expiration.revision) return;
    const { at } = expiration;
    const attrs = at ? { t: String(Math.floor(at.getTime() / 1_000)) } : {};
    this.send(element('ib', SERVER_OFFLINE, [element('client_expiration', attrs)]));
  }

  /** Cuts the line without a word. */
  cut(): void {
    this.socket.terminate();
    this.closed();
  }

  /** Half-open line: nothing is read or sent any more, and TCP stays up. */
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

  private hold(node: BinaryNode): void {
    this.releaseHeld();
    this.held = node;
    setTimeout(() => this.releaseHeld(), MAX_HELD_MS).unref();
  }

  private releaseHeld(): void {
    const { held } = this;
    this.held = undefined;
    if (held) this.write(held);
  }

  private closed(): void {
    if (this.forgotten) return;
    this.forgotten = true;
    this.stage = 'closed';
    this.active = false;
    for (const answer of this.answers.values()) answer.reject(new Error('the connection was closed'));
    this.answers.clear();
    this.handlers.onClose(this);
  }
}
