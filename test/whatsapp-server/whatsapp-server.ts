import { type BinaryNode, Curve } from '@whiskeysockets/baileys';
import type { WebSocket } from 'ws';
import { type CertificateAuthority, createCertificateAuthority } from './certificates.js';
import { Connection } from './connection.js';
import { type Addressing, Contact } from './contact.js';
import { Directory } from './directory.js';
import { Faults } from './faults.js';
import { Impostor } from './impostor.js';
import { lid, lidFor, type PhoneNumber, phoneNumber } from './jid.js';
import { Listener, WEBSOCKET_PATH } from './listener.js';
import { LinkingSettings } from './linking/linking-settings.js';
import { PairingDesk } from './linking/pairing-code.js';
import type { PasskeyDemand } from './linking/passkey-ceremony.js';
import { admit } from './login.js';
import { type Download, MediaHost } from './media-host.js';
import type { Network } from './network.js';
import { NoiseResponder } from './noise-responder.js';
import { Phone } from './phone.js';
import { ServerSettings } from './server-settings.js';
import { type ReceivedStanza, StanzaLog } from './stanza-log.js';
import { routeStanza } from './stanza-router.js';
import { type Expiration, SERVICE_WORKER_PATH, WebSite } from './web-site.js';

/** A phone to be created. */
export interface PhoneOptions {
  readonly number: string;
  /** default: made from the number */
  readonly lid?: string;
  readonly pushName?: string;
  /** of an account of WhatsApp Business */
  readonly businessName?: string;
  /** when given, a link needs this passkey's agreement */
  readonly passkey?: PasskeyDemand;
}

/** Another person to be created. */
export interface ContactOptions {
  readonly number: string;
  /** default: made from the number; `null` for none */
  readonly lid?: string | null;
  readonly pushName?: string;
  /** how this person's messages are addressed; default by number */
  readonly addressing?: Addressing;
  readonly verifiedName?: string;
  readonly username?: string;
  readonly about?: string;
  readonly picture?: Uint8Array;
}

/** A WhatsApp server on loopback, for tests and demonstrations. See README.md. */
export class WhatsAppServer implements Network {
  readonly faults = new Faults();
  readonly media = new MediaHost(this.faults);
  readonly webSite = new WebSite();
  readonly stanzas = new StanzaLog();
  readonly phones = new Map<PhoneNumber, Phone>();
  readonly directory = new Directory();
  /** how devices that want to be linked are treated */
  readonly linking = new LinkingSettings();
  /** how logged-in devices are treated */
  readonly settings = new ServerSettings();
  /** certificates and signatures that are not WhatsApp's */
  readonly impostor = new Impostor();
  readonly openConnections = new Set<Connection>();
  readonly unknownIqs: BinaryNode[] = [];
  /** what went wrong inside the server; empty unless it has a defect or a client sends nonsense */
  readonly errors: Error[] = [];
  /** how often a second connection of a device has replaced a live one */
  conflicts = 0;
  /** handshakes in which the client accepted this server and sent what it is (`ClientFinish`) */
  finishedHandshakes = 0;
  private readonly pairing = new PairingDesk(this.linking);
  private readonly authority: CertificateAuthority = createCertificateAuthority();
  private readonly noiseKey = Curve.generateKeyPair();
  private readonly listener: Listener;

  private constructor() {
    this.listener = new Listener({
      refuses: () => this.faults.tcp.strike(undefined) !== undefined,
      onWebSocket: (socket) => this.connect(socket),
      onRequest: (request, response) =>
        request.url === SERVICE_WORKER_PATH
          ? this.webSite.serve(request, response)
          : this.media.serve(request, response),
    });
  }

  /** Starts a server; port 0 (the default) is any free one. */
  static async start(options: { port?: number } = {}): Promise<WhatsAppServer> {
    const server = new WhatsAppServer();
    // Signing takes long; a client that connects need not wait for it.
    server.certificates();
    await server.listener.open(options.port ?? 0);
    return server;
  }

  /** Ends all connections for good. */
  async stop(): Promise<void> {
    this.faults.disarm();
    await this.goDown();
    for (const phone of this.phones.values()) {
      for (const companion of phone.companions) companion.outbox.discard('the server was stopped');
    }
  }

  /** An outage: connections are cut, new ones refused. Phones, devices and app state stay. */
  async goDown(): Promise<void> {
    for (const connection of this.openConnections) connection.cut();
    await this.listener.close();
  }

  /** The end of an outage, on the same port. */
  async comeBack(): Promise<void> {
    await this.listener.open(this.listener.port);
  }

  get port(): number {
    return this.listener.port;
  }

  get url(): string {
    return `ws://127.0.0.1:${this.port}${WEBSOCKET_PATH}`;
  }

  get mediaUrl(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Root certificate's public key, in hex. */
  get rootKey(): string {
    return this.authority.rootPublicKey.toString('hex');
  }

  /** Environment for a process that shall take this server for WhatsApp; adds to `NODE_OPTIONS`. */
  environment(): Record<string, string> {
    const preload = `--import=${new URL('./preload.mjs', import.meta.url).href}`;
    return {
      WHATSAPP_SERVER_URL: this.url,
      WHATSAPP_SERVER_ROOT_KEY: this.rootKey,
      WHATSAPP_SERVER_MEDIA_URL: this.mediaUrl,
      NODE_OPTIONS: [process.env.NODE_OPTIONS, preload].filter(Boolean).join(' '),
    };
  }

  /** Points Baileys in this process at this server; the returned function puts everything back. */
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

  /** Creates another person. */
  createContact(options: ContactOptions): Contact {
    const number = phoneNumber(options.number);
    const user =
      options.lid === undefined ? lidFor(number) : options.lid === null ? undefined : lid(options.lid);
    const contact = new Contact(this, { ...options, number, lid: user });
    this.directory.addContact(contact);
    return contact;
  }

  /** Connections of logged-in companions; each knows its companion and since when it is open. */
  get connections(): Connection[] {
    return [...this.openConnections].filter((each) => each.isOpen && each.companion?.connection === each);
  }

  /** What companions fetched from the media host, oldest first. */
  get downloads(): readonly Download[] {
    return this.media.downloads;
  }

  /** What companions sent, oldest first (the last 20,000 stanzas). */
  get log(): readonly ReceivedStanza[] {
    return this.stanzas.all;
  }

  /** The next stanza that the predicate picks; `past` also looks at what was received before. */
  waitFor(
    picks: (each: ReceivedStanza) => boolean,
    options?: { past?: boolean; timeoutMs?: number },
  ): Promise<ReceivedStanza> {
    return this.stanzas.waitFor(picks, options);
  }

  /** Sends any stanza to a phone's companions, with an id, and waits for their acks. */
  sendToCompanions(phone: Phone, stanza: BinaryNode): Promise<void> {
    return phone.notify(stanza);
  }

  /** Gives every device that shows QR codes new ones; those before are void. */
  renewQrRefs(): void {
    for (const { waiting } of this.openConnections) waiting?.announceRefs();
  }

  /** Announces to each client of this revision or an older one, now and when it logs in, that it will be refused. */
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
      onClose: (each) => this.forget(each),
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

  private forget(connection: Connection): void {
    this.openConnections.delete(connection);
    connection.companion?.disconnected(connection);
  }
}
