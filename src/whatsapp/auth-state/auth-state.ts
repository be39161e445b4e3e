import {
  type AuthenticationCreds,
  type AuthenticationState,
  BufferJSON,
  initAuthCreds,
  type SignalDataSet,
  type SignalDataTypeMap,
  type SignalKeyStore,
} from '@whiskeysockets/baileys';
import { Mutex } from 'async-mutex';
import { isRefusal } from '../../database/database-errors.js';
import type { Transaction } from '../../database/transaction.js';
import type { SessionName } from '../../kernel/identifiers/session-name.js';
import type { Lease } from '../lease/lease.js';
import { mixesOwnWithForeign } from '../baileys/own-mapping.js';
import { bareKey } from '../wire/signed-key-index.js';
import { deserialiseKey, serialiseKeys } from './auth-key-codec.js';
import type { AuthStateRepository } from './auth-state.repository.js';

/** What is given to the key store: Baileys' keys, and what else of the phone's messages passes through its transactions. */
export type KeptData = SignalDataSet & Partial<Record<PhoneData, Record<string, Uint8Array>>>;

/** Announcements of history, and the records of a collection. */
type PhoneData = 'history-notification' | 'snapshot-recovery';

/** What else happens when Baileys writes keys; both run before Baileys goes on. */
export interface KeyHooks {
  /** Inside the transaction that saves the keys. */
  saved(tx: Transaction, data: KeptData): Promise<void>;
  /** After that transaction is committed. */
  committed(data: KeptData): void;
}

/** Types of keys that Baileys writes at each login, and asks WhatsApp for when they are missing. */
const LOOKED_UP_AGAIN: ReadonlySet<string> = new Set(['device-list']);

/**
 * So many one-time pre-keys are stored: twice of what Baileys uploads at first. A message of an own device that uses an older one
 * is requested again, with a new key.
 */
const MAX_PRE_KEYS = 1_624;

const NO_HOOKS: KeyHooks = {
  saved: async () => {},
  committed: () => {},
};

/**
 * Baileys' auth state, kept in Postgres.
 *
 * Baileys announces changed credentials by an event that it does not wait for, and may tell WhatsApp the next
 * moment. So whatever it writes next carries the credentials with it, in the same transaction: ids of pre-keys
 * that were uploaded are never given out twice.
 */
export class AuthState implements AuthenticationState {
  readonly keys: SignalKeyStore = {
    get: (type, ids) => this.getKeys(type, ids),
    set: (keys) => this.setKeys(keys),
  };

  /** The essence of what is known to be in the database, to spare writes. */
  private saved: string | null;
  private closed = false;
  /** Writes one after the other: of two at once the older credentials might be committed last. */
  private readonly writes = new Mutex();

  constructor(
    readonly creds: AuthenticationCreds,
    private readonly repository: AuthStateRepository,
    private readonly lease: Lease,
    /** Cuts the connection at once. */
    private readonly giveUp: (error: unknown) => void,
    private readonly hooks: KeyHooks = NO_HOOKS,
  ) {
    this.saved = isLinked(creds) ? essenceOf(creds) : null;
  }

  /** Whatever a connection that has ended still wants to keep is refused: its link may be forgotten already. */
  close(): void {
    this.closed = true;
  }

  /** Saves the credentials as they are now, if they have changed. */
  async saveCredentials(): Promise<void> {
    await this.writes.waitForUnlock();
    if (essenceOf(this.creds) !== this.saved) await this.withCredentials(async () => {});
  }

  /** Runs work in a transaction that also saves the credentials, if they have changed. */
  async save(work: (tx: Transaction) => Promise<void>): Promise<void> {
    await this.withCredentials(work);
  }

  /** Saves the credentials that a phone has just confirmed, with what else belongs to the link. */
  async saveLink(
    confirmed: Partial<AuthenticationCreds>,
    work: (tx: Transaction) => Promise<void>,
  ): Promise<void> {
    await this.withCredentials(work, { creds: { ...this.creds, ...confirmed } });
    // Whatever is saved after it must not take the link back.
    Object.assign(this.creds, confirmed);
  }

  private withCredentials(
    work: (tx: Transaction) => Promise<void>,
    { creds = this.creds, isDurable = true } = {},
  ): Promise<void> {
    return this.writes.runExclusive(() => this.writeCredentials(work, creds, isDurable));
  }

  private async writeCredentials(
    work: (tx: Transaction) => Promise<void>,
    creds: AuthenticationCreds,
    isDurable: boolean,
  ): Promise<void> {
    const essence = essenceOf(creds);
    const hasChanged = essence !== this.saved;
    const credentials = hasChanged ? serialise(creds) : '';
    const { session } = this.lease;
    await this.lease.transaction(
      async (tx) => {
        if (this.closed) throw new Error('The connection is closed');
        if (hasChanged) await this.repository.saveCredentials(tx, session, credentials);
        await work(tx);
      },
      { isDurable: isDurable || hasChanged },
    );
    this.saved = essence;
  }

  private async getKeys<T extends keyof SignalDataTypeMap>(
    type: T,
    ids: string[],
  ): Promise<{ [id: string]: SignalDataTypeMap[T] }> {
    const rows = await this.orGiveUp(
      this.lease.read(() => this.repository.findKeys(this.lease.session, type, ids)),
    );
    const entries = rows.map(({ id, value }) => [id, deserialiseKey(type, value)] as const);
    return Object.fromEntries(type === 'lid-mapping' ? entries.filter(this.isTrustedMapping) : entries);
  }

  /** Earlier versions stored mappings between this account and others (see protectOwnMapping). These mappings are never read. */
  private readonly isTrustedMapping = ([id, user]: readonly [string, unknown]): boolean => {
    const reverse = /^(.+)_reverse$/.exec(id);
    const [pn, lid] = reverse ? [String(user), reverse[1]] : [id, String(user)];
    return !mixesOwnWithForeign({ pn: `${pn}@s.whatsapp.net`, lid: `${lid}@lid` }, this.creds.me ?? {});
  };

  private async setKeys(data: KeptData): Promise<void> {
    const { 'history-notification': _announced, 'snapshot-recovery': _records, ...keys } = data;
    const isDurable = Object.keys(data).some((type) => !LOOKED_UP_AGAIN.has(type));
    const saved = this.withCredentials(
      async (tx) => {
        await this.repository.saveKeys(tx, this.lease.session, serialiseKeys(keys));
        if (keys['pre-key']) await this.deleteOldPreKeys(tx);
        await this.hooks.saved(tx, data);
      },
      { isDurable },
    );
    await this.orGiveUp(saved);
    this.hooks.committed(data);
  }

  /** Contacts use up pre-keys with messages that stay encrypted, so that nothing else deletes these. */
  private async deleteOldPreKeys(tx: Transaction): Promise<void> {
    const oldest = this.creds.nextPreKeyId - MAX_PRE_KEYS;
    if (oldest > 0) await this.repository.deletePreKeysBelow(tx, this.lease.session, oldest);
  }

  /**
   * Baileys takes a key store that fails for a message that is bad, and acknowledges it: before it can, the connection is
   * to be cut. Only what the database will never take is let go.
   */
  private async orGiveUp<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      if (!this.closed && !isRefusal(error)) this.giveUp(error);
      throw error;
    }
  }
}

/** Those of the linked device, or new ones of a device to be linked: nothing of an earlier attempt is used again. */
export async function loadCredentials(
  repository: AuthStateRepository,
  session: SessionName,
): Promise<AuthenticationCreds> {
  const kept = await repository.findCredentials(session);
  const creds = kept && (JSON.parse(kept, BufferJSON.reviver) as AuthenticationCreds);
  return creds && isLinked(creds) ? withoutPushName(creds) : initAuthCreds();
}

/**
 * Removes the push name, which `pair-success` includes for WhatsApp Business accounts. If the credentials contain one, Baileys
 * sends `<presence/>`, which means "available", whenever it updates anything else in them. The push name is stored in a column of
 * the account, and `sync/presence.ts` announces it.
 */
function withoutPushName(creds: AuthenticationCreds): AuthenticationCreds {
  delete creds.me?.name;
  return creds;
}

/** Credentials as text, without what WhatsApp tells at each login, which need not be written each time. */
function essenceOf(creds: AuthenticationCreds): string {
  return serialise({ ...creds, routingInfo: undefined });
}

function serialise(creds: AuthenticationCreds): string {
  return JSON.stringify(creds, BufferJSON.replacer);
}

/** Whether a phone has confirmed this device. */
export function isLinked(creds: AuthenticationCreds): boolean {
  return Boolean(creds.account && creds.me);
}

/**
 * The identity key of the linked account, 32 bytes. Once saved and loaded it is base64: protobuf writes its bytes that way
 * before BufferJSON sees them.
 */
export function accountKeyOf({ account }: Pick<AuthenticationCreds, 'account'>): Buffer | null {
  const key: unknown = account?.accountSignatureKey;
  if (typeof key === 'string') return bareKey(Buffer.from(key, 'base64'));
  return key instanceof Uint8Array ? bareKey(key) : null;
}
