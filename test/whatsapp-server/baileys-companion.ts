import {
  type AuthenticationCreds,
  type BaileysEventMap,
  BufferJSON,
  type ConnectionState,
  initAuthCreds,
  makeWASocket,
  proto,
  type SignalDataTypeMap,
  type SignalKeyStore,
  type UserFacingSocketConfig,
  type WASocket,
} from '@whiskeysockets/baileys';
import { type Deferred, deferred, within } from './deferred.js';

/** An event of Baileys and its payload. */
export interface BaileysEvent<Name extends keyof BaileysEventMap = keyof BaileysEventMap> {
  readonly name: Name;
  readonly payload: BaileysEventMap[Name];
}

type Logger = NonNullable<UserFacingSocketConfig['logger']>;

/** Creates a logger that prints nothing and stores the messages of warnings and errors. */
function collectingLogger(warnings: string[]): Logger {
  const collect = (_fields: unknown, text?: string): void => void warnings.push(text ?? '');
  const ignore = (): void => undefined;
  const logger: Logger = {
    level: 'warn',
    child: () => logger,
    trace: ignore,
    debug: ignore,
    info: ignore,
    warn: collect,
    error: collect,
  };
  return logger;
}

const EVENT_NAMES = [
  'connection.update',
  'contacts.upsert',
  'contacts.update',
  'messages.upsert',
  'messaging-history.set',
  'lid-mapping.update',
] as const satisfies readonly (keyof BaileysEventMap)[];

const EVENT_TIMEOUT_MS = 15_000;

/** Restores a stored value. Sync keys are protobuf messages, as in Baileys' `useMultiFileAuthState`. */
function revive(type: keyof SignalDataTypeMap, value: Record<string, unknown>): unknown {
  return type === 'app-state-sync-key' ? proto.Message.AppStateSyncKeyData.fromObject(value) : value;
}

/** Creates a key store in memory. Values are copied, as in a database. */
function memoryKeys(): SignalKeyStore {
  const values = new Map<string, string>();
  return {
    get: <T extends keyof SignalDataTypeMap>(type: T, ids: string[]) => {
      const found: Record<string, SignalDataTypeMap[T]> = {};
      for (const id of ids) {
        const value = values.get(`${type}/${id}`);
        if (value !== undefined)
          found[id] = revive(
            type,
            JSON.parse(value, BufferJSON.reviver) as Record<string, unknown>,
          ) as SignalDataTypeMap[T];
      }
      return found;
    },
    set: (data) => {
      for (const [type, entries] of Object.entries(data)) {
        for (const [id, value] of Object.entries(entries ?? {})) {
          if (value === null || value === undefined) values.delete(`${type}/${id}`);
          else values.set(`${type}/${id}`, JSON.stringify(value, BufferJSON.replacer));
        }
      }
    },
  };
}

/** A companion that runs an unmodified Baileys in this process, with keys in memory. Specs of this server use it. */
export class BaileysCompanion {
  readonly creds: AuthenticationCreds = initAuthCreds();
  readonly events: BaileysEvent[] = [];
  /** messages of the warnings and errors that Baileys logged */
  readonly warnings: string[] = [];
  private readonly keys = memoryKeys();
  private waiting: { matches: (event: BaileysEvent) => boolean; found: Deferred<BaileysEvent> }[] = [];
  private current?: WASocket;

  /** @param config overrides of Baileys' defaults */
  constructor(private readonly config: Partial<UserFacingSocketConfig> = {}) {}

  get socket(): WASocket {
    if (!this.current) throw new Error('the companion is not started');
    return this.current;
  }

  /** Messages about app state: a MAC or the LT hash is wrong, or a collection cannot be synced. */
  get appStateWarnings(): string[] {
    return this.warnings.filter((text) => /LTHash|patch|mac|sync/i.test(text));
  }

  /** Connects. Reconnects after pairing (disconnect reason 515). */
  start(): void {
    const socket = makeWASocket({
      auth: { creds: this.creds, keys: this.keys },
      logger: collectingLogger(this.warnings),
      appStateMacVerification: { patch: true, snapshot: true },
      ...this.config,
    });
    this.current = socket;
    socket.ev.on('creds.update', (update) => Object.assign(this.creds, update));
    for (const name of EVENT_NAMES) socket.ev.on(name, (payload) => this.record({ name, payload }));
  }

  /** Ends the connection. */
  async stop(): Promise<void> {
    await this.current?.end(undefined);
  }

  /** Starts the companion and returns the first QR code. */
  async qr(): Promise<string> {
    const shown = this.next('connection.update', (update) => update.qr !== undefined);
    this.start();
    return (await shown).qr ?? '';
  }

  /** Returns the payload of the next event that matches. */
  async next<Name extends keyof BaileysEventMap>(
    name: Name,
    matches: (payload: BaileysEventMap[Name]) => boolean = () => true,
  ): Promise<BaileysEventMap[Name]> {
    const entry = {
      matches: (event: BaileysEvent) =>
        event.name === name && matches(event.payload as BaileysEventMap[Name]),
      found: deferred<BaileysEvent>(),
    };
    this.waiting.push(entry);
    const limit = { ms: EVENT_TIMEOUT_MS, what: `no ${name} for ${matches.toString()}` };
    const event = await within(entry.found.promise, limit).finally(() => {
      this.waiting = this.waiting.filter((each) => each !== entry);
    });
    return event.payload as BaileysEventMap[Name];
  }

  /** Returns the disconnect reason of the next closed connection; undefined if it has none. */
  async nextClose(): Promise<number | undefined> {
    const update = await this.next('connection.update', (each) => each.connection === 'close');
    return statusCode(update);
  }

  private record(event: BaileysEvent): void {
    this.events.push(event);
    for (const each of this.waiting) if (each.matches(event)) each.found.resolve(event);
    if (event.name !== 'connection.update') return;
    if (statusCode(event.payload as Partial<ConnectionState>) === 515) this.start();
  }
}

function statusCode(update: Partial<ConnectionState>): number | undefined {
  const error = update.lastDisconnect?.error as { output?: { statusCode?: number } } | undefined;
  return error?.output?.statusCode;
}
