import { type BinaryNode, Curve } from '@whiskeysockets/baileys';
import type { WebSocket } from 'ws';
import { freePort } from '../support/free-port.js';
import { type CertificateAuthority, createCertificateAuthority } from './certificates.js';
import { Connection } from './connection.js';
import { type Addressing, Contact } from './contact.js';
import { Directory } from './directory.js';
import { Faults } from './faults.js';
import { Impostor } from './impostor.js';
import { lid, lidFor, type PhoneNumber, phoneNumber } from './jid.js';
import { LinkingSettings } from './linking/linking-settings.js';
import { PairingRequests } from './linking/pairing-code.js';
import type { PasskeyDemand } from './linking/passkey-ceremony.js';
import { Listener, WEBSOCKET_PATH } from './listener.js';
import { admit } from './login.js';
import { type Download, MediaHost } from './media-host.js';
import type { Network } from './network.js';
import { NoiseResponder } from './noise-responder.js';
import { Phone } from './phone.js';
import { ServerSettings } from './server-settings.js';
import { type ReceivedStanza, StanzaLog } from './stanza-log.js';
import { routeStanza } from './stanza-router.js';
import { type Expiration, SERVICE_WORKER_PATH, WebSite } from './web-site.js';

/** A phone to create. */
export interface PhoneOptions {
  readonly number: string;
  /** default: derived from the number */
  readonly lid?: string;
  readonly pushName?: string;
  /** name of a WhatsApp Business account */
  readonly businessName?: string;
  /** passkey that links require; default: none */
  readonly passkey?: PasskeyDemand;
}

/** A contact to create. */
export interface ContactOptions {
  readonly number: string;
  /** default: derived from the number; null for none */
  readonly lid?: string | null;
  readonly pushName?: string;
  /** addressing of messages from this contact; default: by number */
  readonly addressing?: Addressing;
  readonly verifiedName?: string;
  readonly username?: string;
  readonly about?: string;
  readonly picture?: Uint8Array;
}

/** A WhatsApp server on loopback, for tests and the demo. See README.md. */
export class WhatsAppServer implements Network {
  readonly faults = new Faults();
  readonly media = new MediaHost(this.faults);
  readonly webSite = new WebSite();
  readonly stanzas = new StanzaLog();
  readonly phones = new Map<PhoneNumber, Phone>();
  readonly directory = new Directory();
  /** settings for devices that wait to be linked */
  readonly linking = new LinkingSettings();
  /** settings for logged-in devices */
  readonly settings = new ServerSettings();
  /** flaws of certificates, and forged signatures */
  readonly impostor = new Impostor();
  readonly openConnections = new Set<Connection>();
  readonly unknownIqs: BinaryNode[] = [];
  /** errors caused by invalid data from clients, or by defects of the server */
  readonly errors: Error[] = [];
  /** number of live connections that were replaced by another one of the same device */
  conflicts = 0;
  /** number of handshakes in which the client accepted this server and sent its identity (`ClientFinish`) */
  finishedHandshakes = 0;
  private readonly pairing = new PairingRequests(this.linking);
  private readonly authority: CertificateAuthority = createCertificateAuthority();
  private readonly noiseKey = Curve.generateKeyPair();
  private readonly listener: Listener;

  private constructor() {
    this.listener = new Listener({
      shouldReset: () => this.faults.tcp.strike(undefined) !== undefined,
      onWebSocket: (socket) => this.connect(socket),
      onRequest: (request, response) =>
        request.url === SERVICE_WORKER_PATH
          ? this.webSite.serve(request, response)
          : this.media.serve(request, response),
    });
  }

  /** Starts a server, by default on a free port. */
  static async start(options: { port?: number } = {}): Promise<WhatsAppServer> {
    const server = new WhatsAppServer();
    // Signing is slow, so it is done before clients connect.
    server.certificates();
    await server.listener.open(options.port ?? (await freePort()));
    return server;
  }

  /** Closes all connections and stops the server permanently. */
  async stop(): Promise<void> {
    this.faults.disarm();
    await this.goDown();
    for (const phone of this.phones.values()) {
      for (const companion of phone.companions) companion.outbox.discard('the server was stopped');
    }
  }

  /** Starts an outage: cuts connections and refuses new ones. Phones, devices and app state remain. */
  async goDown(): Promise<void> {
    for (const connection of this.openConnections) connection.cut();
    await this.listener.close();
  }

  /** Ends an outage, on the same port. */
  async comeBack(): Promise<void> {
    await this.listener.open(this.listener.port);
  }

  get port(): number {
    return this.listener.port;
  }

  /** Remote ports of all connections so far: WebSocket, media host and website. */
  get clientPorts(): ReadonlySet<number> {
    return this.listener.clientPorts;
  }

  get url(): string {
    return `ws://127.0.0.1:${this.port}${WEBSOCKET_PATH}`;
  }

  get mediaUrl(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Public key of the root certificate, in hex. */
  get rootKey(): string {
    return this.authority.rootPublicKey.toString('hex');
  }

  /** Returns the environment that connects a process to this server instead of WhatsApp. Extends `NODE_OPTIONS`. */
  environment(): Record<string, string> {
    const preload = `--import=${new URL('./preload.mjs', import.meta.url).href}`;
    return {
      WHATSAPP_SERVER_URL: this.url,
      WHATSAPP_SERVER_ROOT_KEY: this.rootKey,
      WHATSAPP_SERVER_MEDIA_URL: this.mediaUrl,
      NODE_OPTIONS: [process.env.NODE_OPTIONS, preload].filter(Boolean).join(' '),
    };
  }

  /** Redirects Baileys in this process to this server. Returns a function that reverts this. */
  async attach(): Promise<() => void> {
    const { attach } = await import('./preload.mjs');
    return attach({ url: this.url, rootKey: this.rootKey, mediaUrl: this.mediaUrl });
  }

  /** Creates an account with its primary device. */
  createPhone(options: PhoneOptions): Phone {
    const number = phoneNumber(options.number);
    const user = options.lid === undefined ? lidFor(number) : lid(options.lid);
    const phone = new Phone(this, this.pairing, { ...options, number, lid: user });
    this.directory.add(phone);
    this.phones.set(number, phone);
    return phone;
  }

  /** Creates a contact. */
  createContact(options: ContactOptions): Contact {
    const number = phoneNumber(options.number);
    const user =
      options.lid === undefined ? lidFor(number) : options.lid === null ? undefined : lid(options.lid);
    const contact = new Contact(this, { ...options, number, lid: user });
    this.directory.addContact(contact);
    return contact;
  }

  /** Open connections of logged-in companions. */
  get connections(): Connection[] {
    return [...this.openConnections].filter((each) => each.isOpen && each.companion?.connection === each);
  }

  /** Downloads from the media host, oldest first. */
  get downloads(): readonly Download[] {
    return this.media.downloads;
  }

  /** The last 20,000 stanzas from companions, oldest first. */
  get log(): readonly ReceivedStanza[] {
    return this.stanzas.all;
  }

  /** Returns the next stanza that matches; with `past`, also one that was received before. */
  waitFor(
    matches: (each: ReceivedStanza) => boolean,
    options?: { past?: boolean; timeoutMs?: number },
  ): Promise<ReceivedStanza> {
    return this.stanzas.waitFor(matches, options);
  }

  /** Sends any stanza to a phone's companions with a new id. Resolves when they have acknowledged it. */
  sendToCompanions(phone: Phone, stanza: BinaryNode): Promise<void> {
    return phone.notify(stanza);
  }

  /** Sends new refs to all waiting devices, which invalidates their previous QR codes. */
  renewQrRefs(): void {
    for (const { waiting } of this.openConnections) waiting?.announceRefs();
  }

  /** Announces to each client of this revision or an older one, now and when it logs in, that it will be rejected. */
  announceExpiration(expiration: Expiration): void {
    this.webSite.expiration = expiration;
    for (const connection of this.connections) connection.announceExpiration(expiration);
  }

  countConflict(): void {
    this.conflicts += 1;
  }

  private connect(socket: WebSocket): void {
    const noise = new NoiseResponder(this.noiseKey, this.certificates());
    const connection = new Connection(socket, noise, this.faults, {
      onClient: (each, client) => {
        this.finishedHandshakes += 1;
        admit(this, each, client);
      },
      onStanza: (each, stanza) => this.route(each, stanza),
      onClose: (each) => this.remove(each),
      onError: (error) => this.errors.push(error),
    });
    this.openConnections.add(connection);
  }

  private certificates(): Uint8Array {
    return this.authority.chainFor(this.noiseKey.public, this.impostor.certificates);
  }

  private route(connection: Connection, stanza: BinaryNode): void {
    routeStanza(stanza, { network: this, connection, pairing: this.pairing }).catch((error: Error) => {
      this.errors.push(error);
      connection.cut();
    });
  }

  private remove(connection: Connection): void {
    this.openConnections.delete(connection);
    connection.companion?.disconnected(connection);
  }
}
