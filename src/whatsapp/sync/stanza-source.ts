import type { Transaction } from '../../database/transaction.js';
import type { KeptData } from '../auth-state/auth-state.js';
import type { StanzaChanges } from '../stanzas/stanza-changes.js';
import type { Transact } from '../stanzas/stanza-writer.js';
import { identityKeysOf } from '../wire/identity-keys.js';
import { lidMappingsOf } from '../wire/lid-mappings.js';
import { reportDegradation } from './report-degradation.js';
import type { SessionContext } from './session-context.js';
import type { Source, SyncOwner } from './source.js';

/** How long lost changes are reported. WhatsApp does not deliver them again. */
const REFUSED_CHANGES_SHOWN_MS = 7 * 24 * 3_600_000;

/** Changes of contacts in messages and notifications, and what Baileys learns from them. */
export class StanzaSource implements Source {
  constructor(
    private readonly owner: SyncOwner,
    private readonly context: SessionContext,
  ) {
    context.stores.knownPeople.open(owner.accountId);
  }

  close(): void {
    this.context.stores.knownPeople.close(this.owner.accountId);
  }

  async stanzas(all: StanzaChanges, transact: Transact): Promise<void> {
    // Baileys stores the keys of messages that it decrypts; these keys are verified.
    const changes = this.context.decryptsMessages ? { ...all, identityHints: [] } : all;
    const lost = await this.context.stores.stanzas.save(transact, this.owner, changes);
    if (lost > 0)
      reportDegradation(
        this.context,
        'changes_refused',
        'The database refused changes from WhatsApp, and they are lost. See the log for the error code.',
        new Date(Date.now() + REFUSED_CHANGES_SHOWN_MS),
      );
  }

  /** Saves mappings and identity keys that Baileys has learned from messages and queries. */
  async saved(tx: Transaction, data: KeptData): Promise<void> {
    const mappings = lidMappingsOf(data['lid-mapping'] ?? {});
    const identityKeys = identityKeysOf(data['identity-key'] ?? {}, this.owner, new Date());
    if (mappings.length + identityKeys.length > 0)
      await this.context.stores.contacts.apply(tx, this.owner, { mappings, identityKeys });
  }
}
