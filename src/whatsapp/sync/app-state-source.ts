import { type BinaryNode, getBinaryNodeChild } from '@whiskeysockets/baileys';
import type { Transaction } from '../../database/transaction.js';
import { Log } from '../../kernel/logging/log.js';
import type { SessionAccount } from '../../sessions/sessions.repository.js';
import { ADDRESS_BOOK } from '../app-state/address-book-mutations.js';
import { CollectionScheduler } from '../app-state/collection-scheduler.js';
import { CollectionSync } from '../app-state/collection-sync.js';
import { RecoveryRequests } from '../app-state/recovery-requests.js';
import { SyncKeyRequests } from '../app-state/sync-key-requests.js';
import { SyncKeys } from '../app-state/sync-keys.js';
import type { KeptData } from '../auth-state/auth-state.js';
import type { StanzaChanges } from '../stanzas/stanza-changes.js';
import { AddressBookHandler, type CollectionHandler, SettingsHandler } from './collection-handlers.js';
import type { FirstSync } from './first-sync.js';
import { Presence } from './presence.js';
import { Reconciliation } from './reconciliation.js';
import type { SessionContext } from './session-context.js';
import type { Source, SyncConnection, SyncOwner } from './source.js';
import { SyncDelay } from './sync-delay.js';

const UNOBSERVED = { outdated: () => {}, caughtUp: () => {} };

/** The app-state collections: the address book, and the settings that contain the account's push name. */
export class AppStateSource implements Source {
  private readonly log = new Log(AppStateSource.name);
  private readonly keys: SyncKeys;
  private readonly keyRequests: SyncKeyRequests;
  private readonly presence: Presence;
  private readonly handlers: CollectionHandler[];
  private readonly collections: ReadonlyMap<string, CollectionScheduler>;
  private readonly addressBook: CollectionScheduler;
  private readonly reconciliation: Reconciliation;
  private readonly delay: SyncDelay;

  constructor(
    private readonly account: SessionAccount,
    private readonly owner: SyncOwner,
    private readonly connection: SyncConnection,
    private readonly context: SessionContext,
    firstSync: FirstSync,
  ) {
    const { lease, stores } = context;
    this.delay = new SyncDelay(context);
    this.keys = new SyncKeys(stores.authState, lease.session);
    this.keyRequests = new SyncKeyRequests({
      keys: this.keys,
      lease,
      requests: stores.keyRequests,
      degradations: stores.degradations,
      write: (message) => connection.writeToOwnDevices(message),
    });
    const recoveries = new RecoveryRequests(owner.accountId, lease, stores.appState, (message) =>
      connection.writeToPhone(message),
    );
    this.presence = new Presence((node) => connection.send(node));
    const addressBook = new AddressBookHandler(owner, context, {
      firstSync,
      keyRequests: this.keyRequests,
      recoveries,
    });
    const settings = new SettingsHandler(owner, context, this.keyRequests, this.presence);
    this.handlers = [addressBook, settings];
    this.addressBook = this.createCollection(addressBook);
    this.collections = new Map([
      [addressBook.name, this.addressBook],
      [settings.name, this.createCollection(settings)],
    ]);
    this.reconciliation = new Reconciliation(
      () => this.isReconciliationDue(),
      () => this.addressBook.requestResync(),
      context.quietTime,
    );
  }

  start(): void {
    this.presence.announce(this.account.pushName);
    for (const collection of this.collections.values()) collection.requestInBackground();
    this.reconciliation.start();
  }

  close(): void {
    this.reconciliation.stop();
    this.keyRequests.close();
    this.delay.close();
    for (const closable of [...this.collections.values(), ...this.handlers]) closable.close();
  }

  async stanzas({ outdatedCollections = [], reconcile }: StanzaChanges): Promise<void> {
    for (const name of new Set(outdatedCollections)) this.collections.get(name)?.requestInBackground();
    if (reconcile) await this.resync();
  }

  /** Saves the address book that the phone has sent on request. */
  async saved(tx: Transaction, data: KeptData): Promise<void> {
    for (const records of Object.values(data['snapshot-recovery'] ?? {})) {
      const { appState } = this.context.stores;
      await appState.saveRecovery(
        tx,
        { accountId: this.owner.accountId, collection: ADDRESS_BOOK },
        Buffer.from(records),
      );
    }
  }

  committed(data: KeptData): void {
    if (data['snapshot-recovery']) this.addressBook.requestInBackground();
    if (data['app-state-sync-key'])
      for (const collection of this.collections.values()) collection.keysArrived();
  }

  /**
   * Handles `<ib><dirty type="syncd_app_state" timestamp/></ib>`: app state has changed, in any collection. Baileys
   * handles other types.
   *
   * Responds after reading with the IQ of Baileys' `cleanDirtyBits`. Only the real server can confirm that it expects
   * this IQ for this type, too.
   */
  async readDirty(stanza: BinaryNode): Promise<void> {
    const { type = '', timestamp } = getBinaryNodeChild(stanza, 'dirty')?.attrs ?? {};
    if (type !== 'syncd_app_state') return;
    try {
      await Promise.all([...this.collections.values()].map((collection) => collection.request()));
      await this.connection.query({
        tag: 'iq',
        attrs: { to: 's.whatsapp.net', type: 'set', xmlns: 'urn:xmpp:whatsapp:dirty' },
        content: [{ tag: 'clean', attrs: { type, ...(timestamp && { timestamp }) } }],
      });
    } catch (err) {
      this.log.warn({ err }, 'Handling changed app state failed');
    }
  }

  /** Handles WhatsApp's request to sync contacts: reads changes, then a snapshot if the last one is old enough. */
  private async resync(): Promise<void> {
    const { lease, stores } = this.context;
    await lease.transaction((tx) => stores.accounts.requestSnapshot(tx, this.owner.accountId));
    this.addressBook.request().then(
      () => this.reconciliation.check(),
      () => {
        // The scheduler has logged the error and will retry.
      },
    );
  }

  private async isReconciliationDue(): Promise<boolean> {
    const { accounts, appState } = this.context.stores;
    const { accountId } = this.owner;
    if (!(await accounts.isReconciliationDue(accountId))) return false;
    return !(await appState.getState({ accountId, collection: ADDRESS_BOOK })).hasSnapshotFailed;
  }

  private createCollection(handler: CollectionHandler): CollectionScheduler {
    const { lease, proxies, readers, stores } = this.context;
    const sync = new CollectionSync({
      accountId: this.owner.accountId,
      collection: handler.name,
      query: (node) => this.connection.query(node),
      keys: this.keys,
      handler,
      repository: stores.appState,
      lease,
      proxies,
      readers,
    });
    // The first sync may take longer, and its progress is reported.
    const delay = this.account.syncedAt ? this.delay : UNOBSERVED;
    return new CollectionScheduler(handler.name, sync, handler, delay);
  }
}
