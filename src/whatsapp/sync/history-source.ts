import type { Transaction } from '../../database/transaction.js';
import { Log } from '../../kernel/logging/log.js';
import { ADDRESS_BOOK } from '../app-state/address-book-mutations.js';
import type { KeptData } from '../auth-state/auth-state.js';
import type { HistoryToken } from '../history/history-reader.js';
import { HistorySync, type HistorySyncEvents } from '../history/history-sync.js';
import { saveTokens } from '../history/history-tokens.js';
import { mediaProxyOf } from '../wire/media-hosts.js';
import type { FirstSync } from './first-sync.js';
import { reportDegradation } from './report-degradation.js';
import type { SessionContext } from './session-context.js';
import type { Source, SyncConnection, SyncOwner } from './source.js';

/** Push names and LID–PN mappings in the history that the phone sends. */
export class HistorySource implements Source, HistorySyncEvents {
  private readonly log = new Log(HistorySource.name);
  private readonly sync: HistorySync;

  constructor(
    private readonly owner: SyncOwner,
    private readonly connection: SyncConnection,
    private readonly context: SessionContext,
    private readonly firstSync: FirstSync,
  ) {
    const { lease, readers, stores } = context;
    this.sync = new HistorySync(owner, stores.history, stores.contacts, lease, readers, this);
  }

  start(): void {
    this.sync.wake();
  }

  close(): void {
    this.sync.close();
  }

  async saved(tx: Transaction, data: KeptData): Promise<void> {
    for (const [messageId, notification] of Object.entries(data['history-notification'] ?? {}))
      await this.sync.announced(tx, { notification, messageId: messageId || null });
  }

  committed(data: KeptData): void {
    if (data['history-notification']) this.sync.wake();
  }

  async isAddressBookRead(): Promise<boolean> {
    const { appState } = this.context.stores;
    const { version } = await appState.getState({
      accountId: this.owner.accountId,
      collection: ADDRESS_BOOK,
    });
    return version > 0;
  }

  privacyTokens(tx: Transaction, tokens: HistoryToken[]): Promise<void> {
    const { lease, stores } = this.context;
    return saveTokens(tx, stores.authState, lease.session, tokens);
  }

  mediaProxy(): string | null {
    return mediaProxyOf(this.context.proxies);
  }

  askForUpload(file: { messageId: string; mediaKey: Uint8Array }): Promise<void> {
    return this.connection.askForUpload(file);
  }

  ownPushName(tx: Transaction, name: string): Promise<void> {
    return this.context.stores.accounts.offerPushName(tx, this.owner.accountId, name);
  }

  pushNamesRead(tx: Transaction): Promise<void> {
    return this.context.stores.accounts.markPushNamesRead(tx, this.owner.accountId);
  }

  read(part: { heldPushNames: boolean }): void {
    this.firstSync.historyWasRead(part);
  }

  lost(reason: string): void {
    this.log.error({ reason }, 'Giving up on history sync');
    reportDegradation(
      this.context,
      'history_lost',
      `A part of the phone's history is unavailable (${reason}). Its push names are missing until these contacts ` +
        'send a message.',
    );
  }
}
