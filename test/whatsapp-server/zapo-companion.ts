import { Agent } from 'node:https';
import { connect, type Socket } from 'node:net';
import { WebSocket } from 'ws';
import type { WaAuthCredentials } from 'zapo-js/auth';
import { WaClient } from 'zapo-js/client';
import { createStore, type WaStoreBackend } from 'zapo-js/store';
import type { WhatsAppServer } from './whatsapp-server.js';

// zapo uses the WebSocket of the platform, which Node has from version 22.
globalThis.WebSocket ??= WebSocket as unknown as typeof globalThis.WebSocket;

/** Pause before zapo connects again, as it has to after linking. */
const RECONNECT_MS = 50;

/** Fetches media from the server of this test, which has no TLS; zapo knows WhatsApp's media hosts alone. */
class PlainAgent extends Agent {
  constructor(private readonly port: number) {
    super();
  }

  override createConnection(): Socket {
    return connect(this.port, '127.0.0.1');
  }
}

/** Credentials in memory, of which zapo has a store in its types alone; the others are there by default. */
function memoryStore() {
  let credentials: WaAuthCredentials | null = null;
  const auth = {
    load: async () => credentials,
    save: async (changed: WaAuthCredentials) => void (credentials = changed),
    clear: async () => void (credentials = null),
  };
  const ram = { stores: { auth: () => auth }, caches: {} } as unknown as WaStoreBackend;
  return createStore({ backends: { ram }, providers: { auth: 'ram' } });
}

const ignore = () => undefined;
const SILENT = {
  level: 'error',
  trace: ignore,
  debug: ignore,
  info: ignore,
  warn: ignore,
  error: ignore,
} as const;

/**
 * A companion that is not Baileys: zapo-js, another implementation of the protocol, as it is. It shows that this server
 * is not shaped after one client.
 */
export class ZapoCompanion extends WaClient {
  /** The QR code on show, empty before the first. */
  shownQr = '';
  /** Full names by JID, as zapo reads them from app state. */
  readonly names = new Map<string, string>();

  constructor(server: WhatsAppServer) {
    super(
      {
        store: memoryStore(),
        sessionId: 'test',
        urls: [server.url],
        testHooks: { noiseRootCa: { publicKey: Buffer.from(server.rootKey, 'hex'), serial: 0 } },
        proxy: { mediaDownload: new PlainAgent(server.port) },
        reconnectIntervalMs: RECONNECT_MS,
      },
      SILENT,
    );
    this.on('auth_qr', ({ qr }) => (this.shownQr = qr));
  }

  /** zapo's events tell no names; this method, which it calls itself, gives what a collection says. */
  override async syncAppState(...args: Parameters<WaClient['syncAppState']>) {
    const synced = await super.syncAppState(...args);
    for (const { mutations = [] } of synced.collections) {
      for (const { index, operation, value } of mutations) {
        const [kind, jid] = JSON.parse(index) as string[];
        if (kind !== 'contact' || !jid) continue;
        if (operation === 'set') this.names.set(jid, fullNameOf(value));
        else this.names.delete(jid);
      }
    }
    return synced;
  }
}

/** zapo's types do not resolve as far as this. */
function fullNameOf(value: unknown): string {
  return (value as { contactAction?: { fullName?: string } } | undefined)?.contactAction?.fullName ?? '';
}
