import type { SessionName } from '../../kernel/identifiers/session-name.js';
import type { AuthStateRepository } from '../auth-state/auth-state.repository.js';
import { deserializeKey } from '../auth-state/auth-key-codec.js';
import { expandMutationKeys, type MutationKeys } from './app-state-crypto.js';
import { MissingSyncKey } from './app-state-errors.js';
import { KEY_PATIENCE_MS } from './key-patience.js';

/** The app state sync keys that the phone has shared, expanded once. */
export class SyncKeys {
  private readonly expanded = new Map<string, MutationKeys>();
  private readonly startedAtMs = performance.now();

  constructor(
    private readonly repository: AuthStateRepository,
    private readonly session: SessionName,
  ) {}

  /**
   * Spares a read before a newly linked phone has shared its keys. Who has waited for long enough reads all the same, to
   * learn which key it is that is missing.
   * @throws MissingSyncKey while the phone has not shared any key
   */
  async requireAny(): Promise<void> {
    if (performance.now() - this.startedAtMs > KEY_PATIENCE_MS) return;
    if (!(await this.repository.hasKeys(this.session, 'app-state-sync-key'))) throw new MissingSyncKey(null);
  }

  async has(keyId: string): Promise<boolean> {
    return (await this.repository.findKeys(this.session, 'app-state-sync-key', [keyId])).length > 0;
  }

  /**
   * @param keyId base64
   * @throws MissingSyncKey
   */
  async get(keyId: string): Promise<MutationKeys> {
    const known = this.expanded.get(keyId);
    if (known) return known;
    const [row] = await this.repository.findKeys(this.session, 'app-state-sync-key', [keyId]);
    const keyData = row ? deserializeKey('app-state-sync-key', row.value).keyData : null;
    if (!keyData) throw new MissingSyncKey(keyId);
    const keys = expandMutationKeys(keyData);
    this.expanded.set(keyId, keys);
    return keys;
  }
}
