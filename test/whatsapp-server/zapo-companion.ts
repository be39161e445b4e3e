import { Agent } from 'node:https';
import { connect, type Socket } from 'node:net';
import { WebSocket } from 'ws';
import type { WaAuthCredentials } from 'zapo-js/auth';
import { WaClient } from 'zapo-js/client';
import { createStore, type WaStoreBackend } from 'zapo-js/store';
import type { WhatsAppServer } from './whatsapp-server.js';

// zapo uses the global WebSocket, which is available from Node.js 22.
globalThis.WebSocket ??= WebSocket as unknown as typeof globalThis.WebSocket;

/** Pause before zapo reconnects, which is required after linking. */
const RECONNECT_MS = 50;

/** Redirects zapo's media downloads to this server, without TLS. zapo supports only WhatsApp's media hosts. */
class PlainAgent extends Agent {
  constructor(private readonly port: number) {
    super();
  }

  override createConnection(): Socket {
    return connect(this.port, '127.0.0.1');
  }
}

/** Creates a store that keeps credentials in memory. zapo provides in-memory stores for all other data only. */
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
 * A companion that uses an unmodified zapo-js, another implementation of the protocol. It verifies that this server
 * does not depend on the behavior of Baileys.
 */
export class ZapoCompanion extends WaClient {
  /** current QR code; empty before the first one */
  shownQr = '';
  /** full names by JID, from app state */
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

  /** Records names from the result, because zapo's events do not contain them. zapo calls this method itself. */
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

/** Returns the full name in a mutation, which zapo's types do not include. */
function fullNameOf(value: unknown): string {
  return (value as { contactAction?: { fullName?: string } } | undefined)?.contactAction?.fullName ?? '';
}
