import type { SessionName } from '../../kernel/identifiers/session-name.js';
import { deserializeKey } from '../auth-state/auth-key-codec.js';
import type { AuthStateRepository } from '../auth-state/auth-state.repository.js';
import { expandMutationKeys, type MutationKeys } from './app-state-crypto.js';
import { MissingSyncKey } from './app-state-errors.js';

/** How long to wait for a sync key. A phone shares new keys at once, and all keys within seconds after linking. */
export const KEY_SHARE_TIMEOUT_MS = 10_000;

const TYPE = 'app-state-sync-key';

/** Looks up the app-state sync keys that the phone has shared, and expands each once. */
export class SyncKeys {
  private readonly expanded = new Map<string, MutationKeys>();
  private readonly startedAtMs = performance.now();

  constructor(
    private readonly repository: AuthStateRepository,
    private readonly session: SessionName,
  ) {}

  /**
   * Prevents useless reads while a newly linked phone has not shared its keys. After the timeout, reads are permitted,
   * because they show which key is missing.
   * @throws MissingSyncKey while the phone has not shared any key
   */
  async requireAny(): Promise<void> {
    if (performance.now() - this.startedAtMs > KEY_SHARE_TIMEOUT_MS) return;
    if (!(await this.repository.hasKeys(this.session, TYPE))) throw new MissingSyncKey(null);
  }

  async has(keyId: string): Promise<boolean> {
    return (await this.repository.findKeys(this.session, TYPE, [keyId])).length > 0;
  }

  /**
   * @param keyId base64
   * @throws MissingSyncKey
   */
  async get(keyId: string): Promise<MutationKeys> {
    const known = this.expanded.get(keyId);
    if (known) return known;
    const [row] = await this.repository.findKeys(this.session, TYPE, [keyId]);
    const keyData = row ? deserializeKey(TYPE, row.value).keyData : null;
    if (!keyData) throw new MissingSyncKey(keyId);
    const keys = expandMutationKeys(keyData);
    this.expanded.set(keyId, keys);
    return keys;
  }
}
