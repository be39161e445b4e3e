import { Mutex } from 'async-mutex';
import { cleanName } from '../../contacts/write/clean-name.js';
import type { AddressBookOwner } from '../../contacts/write/contact-changes.js';
import type { Transaction } from '../../database/transaction.js';
import { Log } from '../../kernel/logging/log.js';
import type { DegradationCode } from '../../sessions/degradation.entity.js';
import {
  ADDRESS_BOOK,
  ownPushName,
  savedByMutations,
  SETTINGS,
} from '../app-state/address-book-mutations.js';
import type { AppliedMutations, PageEnd, PageHandler } from '../app-state/applied-page.js';
import type { CollectionEvents } from '../app-state/collection-scheduler.js';
import type { ReadCollection } from '../app-state/collection-sync.js';
import type { RecoveryRequests } from '../app-state/recovery-requests.js';
import type { SyncKeyRequests } from '../app-state/sync-key-requests.js';
import type { FirstSync } from './first-sync.js';
import type { Presence } from './presence.js';
import type { SessionContext } from './session-context.js';

/** Applies one app-state collection to an account, and reports on it. */
export interface CollectionHandler extends PageHandler, CollectionEvents {
  readonly name: string;
  /** Called when the connection has ended. */
  close(): void;
}

/** Objects that depend on the state of the address book. */
interface AddressBookObservers {
  firstSync: FirstSync;
  keyRequests: SyncKeyRequests;
  recoveries: RecoveryRequests;
}

/** The collection that contains the address book. */
export class AddressBookHandler implements CollectionHandler {
  readonly name = ADDRESS_BOOK;
  private readonly log = new Log(AddressBookHandler.name);
  /** The problem in the session's state; null at the start of a connection. */
  private reported: string | null = null;
  /** Preserves the order of reports. */
  private readonly writes = new Mutex();
  private isClosed = false;

  constructor(
    private readonly owner: AddressBookOwner,
    private readonly context: SessionContext,
    private readonly observers: AddressBookObservers,
  ) {}

  get isFirstSync(): boolean {
    return this.observers.firstSync.isRunning;
  }

  async apply(
    tx: Transaction,
    { mutations, changed, removed }: AppliedMutations,
    { isReconciliation }: Pick<PageEnd, 'isReconciliation'>,
  ): Promise<number> {
    const { contacts } = this.context.stores;
    const { saved } = savedByMutations(mutations);
    const { mappings, usernames } = savedByMutations(changed);
    await contacts.apply(tx, this.owner, { mappings, saved, unsaved: removed, usernames });
    return isReconciliation ? contacts.countChangedBy(tx, this.owner.accountId) : 0;
  }

  /** A complete collection contains all contacts saved on the phone; all others are not saved. */
  async finish(tx: Transaction, end: PageEnd): Promise<void> {
    const { contacts, appState } = this.context.stores;
    const { accountId } = this.owner;
    if (end.isComplete) {
      const unsaved = await appState.findSavedWithoutRecord(
        tx,
        { accountId, collection: this.name },
        end.generation,
      );
      await contacts.apply(tx, this.owner, { unsaved });
      await this.countRepaired(tx, end, unsaved.length);
    }
    await this.reportDoubts(tx, end);
  }

  async snapshotFailed(tx: Transaction, reason: string): Promise<void> {
    await this.report(
      tx,
      'snapshot_unverified',
      `A full copy of the address book could not be used (${reason}). Changes are still read. The service requests ` +
        'another copy after 6 hours.',
    );
    await this.requestReconciliation(tx);
  }

  synced({ hasSnapshotFailed }: ReadCollection): void {
    const { firstSync, keyRequests, recoveries } = this.observers;
    firstSync.addressBookWasRead();
    if (hasSnapshotFailed)
      recoveries
        .request(this.name)
        .catch((err: unknown) => this.log.warn({ err }, 'Requesting address book from phone failed'));
    keyRequests
      .satisfied()
      .catch((err: unknown) => this.log.warn({ err }, 'Reporting complete sync keys failed'));
  }

  missingKey(keyId: string): void {
    this.observers.keyRequests.missing(keyId);
  }

  problem(problem: string | null): void {
    const { lease, stores } = this.context;
    if (!lease.isHeld || problem === this.reported) return;
    this.reported = problem;
    const write = () =>
      lease.transaction(async (tx) => {
        // A report that waited for the database must not replace a newer one, or that of the next connection.
        if (!this.isClosed && problem === this.reported)
          await stores.sessionState.reportSyncProblem(tx, lease.session, problem);
      });
    this.writes
      .runExclusive(write)
      .catch((err: unknown) => this.log.warn({ err }, 'Reporting sync problem failed'));
  }

  close(): void {
    this.isClosed = true;
  }

  private async reportDoubts(tx: Transaction, { doubts, isComplete }: PageEnd): Promise<void> {
    const { snapshot, patches } = doubts;
    if (snapshot) {
      await this.report(
        tx,
        'snapshot_unverified',
        "WhatsApp's copy of the address book fails verification. Names that are authentic individually are served. " +
          'Some names may be missing, and no contact is removed. The service requests another copy after 6 hours.',
      );
    } else if (isComplete) await this.report(tx, 'snapshot_unverified', null);
    await this.report(
      tx,
      'changes_unverified',
      patches === 0
        ? null
        : `After the last ${patches} changes, the address book differs from WhatsApp's checksum. Each of these ` +
            'changes is authentic and has been applied. The service reconciles the address book with a full copy as ' +
            'soon as it may request one.',
    );
    if (snapshot || patches > 0) await this.requestReconciliation(tx);
  }

  private requestReconciliation(tx: Transaction): Promise<void> {
    return this.context.stores.accounts.requestReconciliation(tx, this.owner.accountId);
  }

  private report(tx: Transaction, code: DegradationCode, message: string | null): Promise<void> {
    const { lease, stores } = this.context;
    return stores.degradations.report(tx, lease.session, code, message);
  }

  /** Each difference from a snapshot of the stored version was an error in the tables. */
  private async countRepaired(
    tx: Transaction,
    { isReconciliation, repaired }: PageEnd,
    unsaved: number,
  ): Promise<void> {
    const contacts = isReconciliation ? repaired + unsaved : 0;
    await this.context.stores.accounts.markReconciled(tx, this.owner.accountId, contacts);
    if (isReconciliation) this.log.info({ repaired: contacts }, 'Address book reconciled');
  }
}

/** The collection that contains the account's push name, among other settings. */
export class SettingsHandler implements CollectionHandler {
  readonly name = SETTINGS;
  /** Without effect, because problem() ignores everything. */
  readonly isFirstSync = false;
  private pushName: string | null = null;

  constructor(
    private readonly owner: AddressBookOwner,
    private readonly context: SessionContext,
    private readonly keyRequests: SyncKeyRequests,
    private readonly presence: Presence,
  ) {}

  async apply(tx: Transaction, { mutations }: AppliedMutations): Promise<number> {
    const pushName = cleanName(ownPushName(mutations));
    this.pushName = pushName ?? this.pushName;
    const { accounts, knownPeople } = this.context.stores;
    await accounts.update(tx, this.owner.accountId, { pushName });
    knownPeople.of(this.owner.accountId).ownPushName = null;
    return 0;
  }

  synced(): void {
    this.presence.announce(this.pushName);
  }

  missingKey(keyId: string): void {
    this.keyRequests.missing(keyId);
  }

  problem(): void {
    // Only the address book determines the state of the session.
  }

  close(): void {
    // Nothing runs in the background.
  }
}
