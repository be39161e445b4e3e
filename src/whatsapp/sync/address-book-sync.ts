import type { BinaryNode } from '@whiskeysockets/baileys';
import { joinChanges } from '../../contacts/write/contact-changes.js';
import type { Transaction } from '../../database/transaction.js';
import { type Lid, parseLid } from '../../kernel/identifiers/address.js';
import { Log } from '../../kernel/logging/log.js';
import type { KeptData, KeyHooks } from '../auth-state/auth-state.js';
import type { StanzaChanges } from '../stanzas/stanza-changes.js';
import { isUnknown, readStanza } from '../stanzas/stanza-dispatcher.js';
import type { Transact } from '../stanzas/stanza-writer.js';
import type { SessionContext } from './session-context.js';
import type { Source, SyncOwner } from './source.js';

/**
 * Syncs the address book of one account from several sources, over one connection. Each source writes in its own
 * transactions. None uses the contact events of Baileys.
 */
export class AddressBookSync implements KeyHooks {
  private readonly log = new Log(AddressBookSync.name);
  private isClosed = false;

  /** @param sources in the order in which they start and handle stanzas */
  constructor(
    private readonly owner: SyncOwner,
    private readonly context: SessionContext,
    private readonly sources: readonly Source[],
  ) {}

  /** Starts the sources, which read all changes since the previous connection. */
  async start(ownLid: string | undefined): Promise<void> {
    await this.saveLid(parseLid(ownLid));
    for (const source of this.sources) {
      if (this.isClosed) return;
      await source.start?.();
    }
  }

  close(): void {
    this.isClosed = true;
    for (const source of this.sources) source.close();
  }

  /** Saves the content of stanzas before they are acknowledged. Writes nothing if they contain no changes. */
  async saveStanzas(stanzas: BinaryNode[], transact: Transact): Promise<void> {
    const changes = joinChanges(stanzas.map((stanza) => this.readSafely(stanza)));
    for (const source of this.sources) await source.stanzas?.(changes, transact);
  }

  async saved(tx: Transaction, data: KeptData): Promise<void> {
    for (const source of this.sources) await source.saved?.(tx, data);
  }

  committed(data: KeptData): void {
    for (const source of this.sources) source.committed?.(data);
  }

  /** WhatsApp may send the account's LID only at login. */
  private async saveLid(lid: Lid | null): Promise<void> {
    if (!lid || lid === this.owner.lid) return;
    this.owner.lid = lid;
    const { lease, stores } = this.context;
    await lease.transaction((tx) => stores.accounts.update(tx, this.owner.accountId, { lid }));
  }

  /** A stanza that cannot be read must not delay the others. */
  private readSafely(stanza: BinaryNode): StanzaChanges {
    const { tag, attrs } = stanza;
    const { type, id } = attrs;
    if (isUnknown(stanza)) this.log.debug({ type }, 'Unknown notification ignored');
    try {
      return readStanza(stanza, this.owner);
    } catch (err) {
      this.log.warn({ err, tag, type, id }, 'Reading stanza failed');
      return {};
    }
  }
}
