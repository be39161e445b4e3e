import { Logger } from '@nestjs/common';
import { type BinaryNode, type proto } from '@whiskeysockets/baileys';
import type { DegradationCode } from '../../sessions/degradation.entity.js';
import { pathPrefixOf } from '../../kernel/identifiers/session-name.js';
import type { SessionAccount } from '../../sessions/sessions.repository.js';
import { type Jid, type Lid, parseLid } from '../../kernel/identifiers/address.js';
import type { AddressBookOwner } from '../../contacts/write/contact-changes.js';
import type { Transaction } from '../../database/transaction.js';
import type { KeptData, KeyHooks } from '../auth-state/auth-state.js';
import { ProfileFetchQueue } from '../profiles/profile-fetch-queue.js';
import type { ProfileConnection } from '../profiles/profile-connection.js';
import type { SessionContext } from './session-context.js';
import { ADDRESS_BOOK } from '../app-state/address-book-mutations.js';
import { CollectionScheduler } from '../app-state/collection-scheduler.js';
import { CollectionSync, type ReadCollection } from '../app-state/collection-sync.js';
import { RecoveryRequests } from '../app-state/recovery-requests.js';
import { SyncKeyRequests } from '../app-state/sync-key-requests.js';
import { SyncKeys } from '../app-state/sync-keys.js';
import { AddressBookHandler, type CollectionHandler, SettingsHandler } from './collection-handlers.js';
import { FirstSync } from './first-sync.js';
import { saveTokens } from '../history/history-tokens.js';
import { HistorySync } from '../history/history-sync.js';
import { identityKeysOf } from '../wire/identity-keys.js';
import { lidMappingsOf } from '../wire/lid-mappings.js';
import { Presence } from './presence.js';
import { ReachOutLock } from './reach-out-lock.js';
import { Reconciliation } from './reconciliation.js';
import { joinChanges } from '../../contacts/write/contact-changes.js';
import type { StanzaChanges } from '../stanzas/stanza-changes.js';
import { isUnknown, readStanza } from '../stanzas/stanza-dispatcher.js';

/** How long lost changes are reported. They are not delivered again. */
const REFUSED_CHANGES_SHOWN_MS = 7 * 24 * 3_600_000;

/** What the synchronisation needs of its connection. */
export interface SyncConnection extends ProfileConnection {
  /** Runs work in a transaction that also saves the credentials, if they have changed. */
  save(work: (tx: Transaction) => Promise<void>): Promise<void>;
  send(node: BinaryNode): Promise<void>;
  /** Writes a message for the phone alone. */
  writeToPhone(message: proto.IMessage): Promise<void>;
  /** Sends a message to every other device of the account. */
  writeToOwnDevices(message: proto.IMessage): Promise<void>;
  /** Asks the phone to upload a file again. */
  askForUpload(file: { messageId: string; mediaKey: Uint8Array }): Promise<void>;
}

/**
 * Everything that feeds the address book of one account over one connection: app state, history, and what stanzas
 * say. Each source writes in transactions of its own; none of them trusts Baileys' contact events.
 */
export class AddressBookSync implements KeyHooks {
  private readonly logger = new Logger(AddressBookSync.name);
  private readonly owner: AddressBookOwner & { linkedAt: Date };
  private readonly handlers: CollectionHandler[];
  private readonly collections: Map<string, CollectionScheduler>;
  private readonly history: HistorySync;
  private readonly firstSync: FirstSync;
  private readonly reconciliation: Reconciliation;
  private readonly profiles: ProfileFetchQueue;
  private readonly presence: Presence;
  private readonly reachOutLock: ReachOutLock;
  private readonly keyRequests: SyncKeyRequests;
  private readonly recoveries: RecoveryRequests;
  private isOpen = false;

  constructor(
    private readonly account: SessionAccount,
    private readonly connection: SyncConnection,
    private readonly context: SessionContext,
  ) {
    const { id, jid, lid, linkedAt } = account;
    this.owner = { accountId: id, jid: jid as Jid, lid: parseLid(lid), linkedAt };
    const { lease, stores } = context;
    const { history, contacts } = stores;
    stores.knownPeople.open(id);
    this.firstSync = new FirstSync(
      account.pushNamesRead,
      () => history.countPending(id),
      () => this.markSynced(),
    );
    this.history = new HistorySync(this.owner, history, contacts, lease, context.readers, {
      isAddressBookRead: async () => (await stores.appState.getState(id, ADDRESS_BOOK)).version > 0,
      privacyTokens: (tx, tokens) => saveTokens(tx, stores.authState, lease.session, tokens),
      askForUpload: (file) => connection.askForUpload(file),
      ownPushName: (tx, name) => stores.accounts.offerPushName(tx, id, name),
      pushNamesRead: (tx) => stores.accounts.markPushNamesRead(tx, id),
      read: ({ heldPushNames }) => {
        this.firstSync.historyWasRead({ heldPushNames });
        this.tellProgress('Read a part of the history');
      },
      lost: (reason) => {
        this.logger.error(`A history sync was given up, push names in it are lost: ${reason}`);
        this.reportDegradation(
          'history_lost',
          `A part of the phone's history could not be had (${reason}): push names in it are missing until their owners write.`,
        );
      },
    });
    const keys = new SyncKeys(stores.authState, lease.session);
    this.keyRequests = new SyncKeyRequests({
      keys,
      lease,
      requests: stores.keyRequests,
      degradations: stores.degradations,
      write: (message) => connection.writeToOwnDevices(message),
    });
    this.recoveries = new RecoveryRequests(id, lease, stores.appState, (message) =>
      connection.writeToPhone(message),
    );
    this.handlers = [
      new AddressBookHandler(this.owner, context, (state) => this.addressBookWasRead(state)),
      new SettingsHandler(this.owner, context, (name) => this.announce(name)),
    ];
    this.collections = new Map(
      this.handlers.map((handler) => [handler.name, this.createCollection(handler, keys)]),
    );
    this.presence = new Presence((node) => connection.send(node));
    this.reachOutLock = new ReachOutLock(context, connection.query);
    this.profiles = new ProfileFetchQueue(this.owner, connection, context);
    context.pause.firstSync(account);
    if (account.syncedAt) this.firstSync.close();
    this.reconciliation = new Reconciliation(
      async () =>
        (await stores.accounts.isReconciliationDue(id)) &&
        !(await stores.appState.getState(id, ADDRESS_BOOK)).hasSnapshotFailed,
      async () => this.collections.get(ADDRESS_BOOK)?.requestAnew(),
      context.quietTime,
    );
  }

  /** The connection is open: reads all that may have changed while it was not. */
  async opened(ownLid: string | undefined): Promise<void> {
    this.isOpen = true;
    await this.saveLid(parseLid(ownLid));
    // While that was written, the connection may have ended.
    if (!this.isOpen) return;
    this.announce(this.account.pushName);
    for (const collection of this.collections.values()) collection.requestInBackground();
    this.history.wake();
    this.reconciliation.start();
    await this.context.pause.load(await this.reachOutLock.reportedUntil());
    await this.reachOutLock.refresh();
    this.profiles.start();
  }

  close(): void {
    this.isOpen = false;
    this.reconciliation.stop();
    this.firstSync.close();
    this.keyRequests.close();
    this.history.close();
    this.profiles.close();
    for (const collection of this.collections.values()) collection.close();
    for (const handler of this.handlers) handler.close?.();
    this.context.stores.knownPeople.close(this.owner.accountId);
  }

  /** Keeps what stanzas say, before Baileys acknowledges them; nothing is written when they say nothing. */
  async saveStanzas(stanzas: BinaryNode[]): Promise<void> {
    const {
      outdatedCollections = [],
      reconcile,
      reachOutLocks = [],
      identityHints = [],
      ...others
    } = joinChanges(stanzas.map((stanza) => this.readSafely(stanza)));
    // Keys of messages that are decrypted are proven, and stored as such.
    const changes = { ...others, identityHints: this.context.decryptsMessages ? [] : identityHints };
    if (Object.values(changes).some((list) => list.length > 0)) {
      const { stanzas: writer } = this.context.stores;
      const lost = await writer.save((work) => this.connection.save(work), this.owner, changes);
      if (lost > 0) this.reportRefusedChanges();
    }
    const lock = reachOutLocks.at(-1);
    if (lock) await this.reachOutLock.set(lock.until);
    for (const collection of new Set(outdatedCollections))
      this.collections.get(collection)?.requestInBackground();
    if (reconcile) await this.resync();
  }

  /** Handles WhatsApp's request to sync contacts: reads changes, then a snapshot if the last one is old enough. */
  private async resync(): Promise<void> {
    const { lease, stores } = this.context;
    await lease.transaction((tx) => stores.accounts.requestSnapshot(tx, this.owner.accountId));
    const read = this.collections.get(ADDRESS_BOOK)?.request();
    read?.then(
      () => this.reconciliation.check(),
      () => {
        // The scheduler has logged the error and will retry.
      },
    );
  }

  /** Mappings and identity keys that Baileys learns, from messages and queries, and history that the phone announces. */
  async saved(tx: Transaction, data: KeptData): Promise<void> {
    const { contacts } = this.context.stores;
    const mappings = lidMappingsOf(data['lid-mapping'] ?? {});
    const identityKeys = identityKeysOf(data['identity-key'] ?? {}, this.owner, new Date());
    if (mappings.length + identityKeys.length > 0)
      await contacts.apply(tx, this.owner, { mappings, identityKeys });
    for (const [messageId, notification] of Object.entries(data['history-notification'] ?? {})) {
      await this.history.announced(tx, { notification, messageId: messageId || null });
    }
    for (const answer of Object.values(data['snapshot-recovery'] ?? {})) {
      const { appState } = this.context.stores;
      await appState.saveRecovery(tx, this.owner.accountId, ADDRESS_BOOK, Buffer.from(answer));
    }
  }

  committed(data: KeptData): void {
    if (data['history-notification']) this.history.wake();
    if (data['snapshot-recovery']) this.collections.get(ADDRESS_BOOK)?.requestInBackground();
    if (data['app-state-sync-key'])
      for (const collection of this.collections.values()) collection.keysArrived();
  }

  /** WhatsApp says that app state has changed, not which of it. Resolves when all of it has been read. */
  async readCollections(): Promise<void> {
    await Promise.all([...this.collections.values()].map((collection) => collection.request()));
  }

  /** @param isLost whether the last message of the phone could not be decrypted, however often it was asked for */
  reportPhoneMessages(isLost: boolean): void {
    this.reportDegradation(
      'phone_message_lost',
      isLost
        ? 'A message of the phone could not be decrypted, though it was asked for five times: sync keys or history may ' +
            'be missing. If names are missing, link the phone again.'
        : null,
    );
  }

  private reportRefusedChanges(): void {
    this.reportDegradation(
      'changes_refused',
      'The database refused changes from WhatsApp, and they are lost. See the log for the error code.',
      new Date(Date.now() + REFUSED_CHANGES_SHOWN_MS),
    );
  }

  private reportDegradation(
    code: DegradationCode,
    message: string | null,
    expiresAt: Date | null = null,
  ): void {
    const { lease, stores } = this.context;
    lease
      .transaction((tx) => stores.degradations.report(tx, lease.session, code, message, expiresAt))
      .catch((error: unknown) => this.logger.warn(`Cannot report ${code}: ${(error as Error).message}`));
  }

  private addressBookWasRead({ hasSnapshotFailed }: ReadCollection): void {
    if (this.firstSync.addressBookWasRead()) this.tellProgress('Read the address book, push names follow');
    if (hasSnapshotFailed) {
      this.recoveries.ask(ADDRESS_BOOK).catch((error: unknown) => {
        this.logger.warn(`Cannot ask the phone for the address book: ${(error as Error).message}`);
      });
    }
    this.keyRequests.satisfied().catch((error: unknown) => {
      this.logger.warn(`Cannot report that all sync keys are there: ${(error as Error).message}`);
    });
  }

  private announce(name: string | null): void {
    this.presence.announce(name).catch((error: unknown) => {
      this.logger.warn(`Cannot announce the presence: ${(error as Error).message}`);
    });
  }

  /** WhatsApp may tell the account's LID only when the device logs in. */
  private async saveLid(lid: Lid | null): Promise<void> {
    if (!lid || lid === this.owner.lid) return;
    this.owner.lid = lid;
    const { lease, stores } = this.context;
    await lease.transaction((tx) => stores.accounts.update(tx, this.owner.accountId, { lid }));
  }

  private createCollection(handler: CollectionHandler, keys: SyncKeys): CollectionScheduler {
    const { lease, stores } = this.context;
    const sync = new CollectionSync({
      accountId: this.owner.accountId,
      collection: handler.name,
      query: this.connection.query,
      keys,
      handler,
      repository: stores.appState,
      lease,
      readers: this.context.readers,
    });
    return new CollectionScheduler(handler.name, sync, {
      synced: (state) => handler.synced?.(state),
      missingKey: (keyId) => this.keyRequests.missing(keyId),
      problem: (problem) => handler.problem?.(problem),
    });
  }

  /** A stanza that cannot be read must not hold up the others. */
  private readSafely(stanza: BinaryNode): StanzaChanges {
    const { tag, attrs } = stanza;
    if (isUnknown(stanza))
      this.logger.debug(`Ignoring a notification of the unknown type ${attrs.type ?? ''}`);
    try {
      return readStanza(stanza, this.owner);
    } catch (error) {
      this.logger.warn(
        `Cannot read the stanza ${tag} ${attrs.type ?? ''} ${attrs.id ?? ''}: ${(error as Error).message}`,
      );
      return {};
    }
  }

  private async markSynced(): Promise<void> {
    const { lease, stores, pause } = this.context;
    const { accountId } = this.owner;
    await lease.transaction(async (tx) => {
      const isNew = await stores.accounts.markSynced(tx, accountId);
      if (isNew) await stores.feed.append(tx, accountId, [{ kind: 'sync.completed' }]);
    });
    pause.firstSync({ ...this.account, syncedAt: new Date() });
    this.tellPeople(
      (people) =>
        `The first sync is complete: ${people} people. GET ${pathPrefixOf(lease.session)}/contacts lists them.`,
    );
  }

  /** While the first sync runs; a line for each part, which the phone sends seconds or minutes apart. */
  private tellProgress(what: string): void {
    if (!this.firstSync.isDone) this.tellPeople((people) => `${what}: ${people} people so far`);
  }

  /** In the background: nothing waits for a count. */
  private tellPeople(tell: (people: number) => string): void {
    this.context.stores.fetches.progress(this.owner.accountId).then(
      ({ people }) => this.logger.log(tell(people)),
      (error: unknown) => this.logger.debug(`Cannot count people: ${(error as Error).message}`),
    );
  }
}
