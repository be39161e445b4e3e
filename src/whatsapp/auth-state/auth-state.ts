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
import { mixesOwnWithForeign } from '../baileys/own-mapping.js';
import type { Lease } from '../lease/lease.js';
import { bareKey } from '../wire/signed-key-index.js';
import { deserializeKey, serializeKeys } from './auth-key-codec.js';
import type { AuthStateRepository } from './auth-state.repository.js';

/** Data passed to the key store: Baileys' keys, and other data of phone messages that is saved with them. */
export type KeptData = SignalDataSet & Partial<Record<PhoneData, Record<string, Uint8Array>>>;

/** History sync notifications, and records of a collection. */
type PhoneData = 'history-notification' | 'snapshot-recovery';

/** Called when Baileys writes keys, before Baileys continues. */
export interface KeyHooks {
  /** Called inside the transaction that saves the keys. */
  saved(tx: Transaction, data: KeptData): Promise<void>;
  /** Called after that transaction is committed. */
  committed(data: KeptData): void;
}

/** Types of keys that Baileys writes at each login, and requests from WhatsApp when they are missing. */
const LOOKED_UP_AGAIN: ReadonlySet<string> = new Set(['device-list']);

/**
 * Maximum number of one-time pre-keys to store: twice the number of Baileys' first upload. If a message from another
 * device of the account uses an older one, Baileys requests it again with a new key.
 */
const MAX_PRE_KEYS = 1_624;

const NO_HOOKS: KeyHooks = {
  saved: async () => {},
  committed: () => {},
};

/**
 * Stores Baileys' auth state in Postgres.
 *
 * Baileys announces changed credentials with an event that it does not wait for, and may use them right away. Therefore
 * each write of keys also saves the credentials in the same transaction. This ensures that IDs of uploaded pre-keys are
 * never used twice.
 */
export class AuthState implements AuthenticationState {
  readonly keys: SignalKeyStore = {
    get: (type, ids) => this.getKeys(type, ids),
    set: (keys) => this.setKeys(keys),
  };

  /** The credentials in the database, see durablePartOf(). Unchanged credentials are not written again. */
  private saved: string | null;
  private closed = false;
  /** Serializes writes. Otherwise older credentials could be committed last. */
  private readonly writes = new Mutex();

  constructor(
    readonly creds: AuthenticationCreds,
    private readonly repository: AuthStateRepository,
    private readonly lease: Lease,
    /** Closes the connection immediately. */
    private readonly disconnect: (error: unknown) => void,
    /** Hooks of the account; none while no account is linked. */
    private readonly hooks: KeyHooks = NO_HOOKS,
  ) {
    this.saved = isLinked(creds) ? durablePartOf(creds) : null;
  }

  /** Rejects further writes, because the connection has ended and its device may already be unlinked. */
  close(): void {
    this.closed = true;
  }

  /** Saves the credentials if they have changed. */
  async saveCredentials(): Promise<void> {
    await this.writes.waitForUnlock();
    if (durablePartOf(this.creds) !== this.saved) await this.withCredentials(async () => {});
  }

  /** Runs work in a transaction that also saves the credentials, if they have changed. */
  async save(work: (tx: Transaction) => Promise<void>): Promise<void> {
    await this.withCredentials(work);
  }

  /** Saves the credentials that a phone has just confirmed, and runs `work` in the same transaction. */
  async saveLink(
    confirmed: Partial<AuthenticationCreds>,
    work: (tx: Transaction) => Promise<void>,
  ): Promise<void> {
    await this.withCredentials(work, { creds: { ...this.creds, ...confirmed } });
    // Otherwise the next write would save the unlinked credentials again.
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
    const durablePart = durablePartOf(creds);
    const hasChanged = durablePart !== this.saved;
    const credentials = hasChanged ? serialize(creds) : '';
    const { session } = this.lease;
    await this.lease.transaction(
      async (tx) => {
        if (this.closed) throw new Error('The connection is closed');
        if (hasChanged) await this.repository.saveCredentials(tx, session, credentials);
        await work(tx);
      },
      { isDurable: isDurable || hasChanged },
    );
    this.saved = durablePart;
  }

  private async getKeys<T extends keyof SignalDataTypeMap>(
    type: T,
    ids: string[],
  ): Promise<{ [id: string]: SignalDataTypeMap[T] }> {
    const rows = await this.orDisconnect(
      this.lease.read(() => this.repository.findKeys(this.lease.session, type, ids)),
    );
    const entries = rows.map(({ id, value }) => [id, deserializeKey(type, value)] as const);
    return Object.fromEntries(type === 'lid-mapping' ? entries.filter(this.isTrustedMapping) : entries);
  }

  /** Ignores mappings between this account and others, which earlier versions stored (see protectOwnMapping). */
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
        await this.repository.saveKeys(tx, this.lease.session, serializeKeys(keys));
        if (keys['pre-key']) await this.deleteOldPreKeys(tx);
        await this.hooks.saved(tx, data);
      },
      { isDurable },
    );
    await this.orDisconnect(saved);
    this.hooks.committed(data);
  }

  /** Contacts use pre-keys for messages that are never decrypted, so nothing else deletes these keys. */
  private async deleteOldPreKeys(tx: Transaction): Promise<void> {
    const oldest = this.creds.nextPreKeyId - MAX_PRE_KEYS;
    if (oldest > 0) await this.repository.deletePreKeysBelow(tx, this.lease.session, oldest);
  }

  /**
   * Closes the connection if the key store fails. Otherwise Baileys would treat the message as invalid and acknowledge
   * it. Data that the database rejects permanently is the exception: its message is acknowledged.
   */
  private async orDisconnect<T>(result: Promise<T>): Promise<T> {
    try {
      return await result;
    } catch (error) {
      if (!this.closed && !isRefusal(error)) this.disconnect(error);
      throw error;
    }
  }
}

/**
 * Returns the credentials of the linked device, or new ones for a device to be linked. Never reuses those of a failed
 * attempt.
 */
export async function loadCredentials(
  repository: AuthStateRepository,
  session: SessionName,
): Promise<AuthenticationCreds> {
  const text = await repository.findCredentials(session);
  const creds = text && (JSON.parse(text, BufferJSON.reviver) as AuthenticationCreds);
  return creds && isLinked(creds) ? withoutPushName(creds) : initAuthCreds();
}

/**
 * Removes the push name, which `pair-success` includes for WhatsApp Business accounts. If the credentials contain one,
 * Baileys sends `<presence/>`, which means "available", whenever it updates anything else in them. The push name is
 * stored in a column of the account, and `sync/presence.ts` announces it.
 */
function withoutPushName(creds: AuthenticationCreds): AuthenticationCreds {
  delete creds.me?.name;
  return creds;
}

/** Serializes credentials without the routing info, which WhatsApp sends at each login and which need not be saved. */
function durablePartOf(creds: AuthenticationCreds): string {
  return serialize({ ...creds, routingInfo: undefined });
}

function serialize(creds: AuthenticationCreds): string {
  return JSON.stringify(creds, BufferJSON.replacer);
}

/** Returns whether a phone has confirmed this device. */
export function isLinked(creds: AuthenticationCreds): boolean {
  return Boolean(creds.account && creds.me);
}

/**
 * Returns the identity key of the linked account, 32 bytes; null if there is none. In credentials from the database it
 * is base64, because protobuf encodes its bytes before BufferJSON does.
 */
export function accountKeyOf({ account }: Pick<AuthenticationCreds, 'account'>): Buffer | null {
  const key: unknown = account?.accountSignatureKey;
  if (typeof key === 'string') return bareKey(Buffer.from(key, 'base64'));
  return key instanceof Uint8Array ? bareKey(key) : null;
}
