import { Logger } from '@nestjs/common';
import { Mutex } from 'async-mutex';
import type { AddressBookOwner } from '../../contacts/write/contact-changes.js';
import { cleanName } from '../../contacts/write/clean-name.js';
import type { Transaction } from '../../database/transaction.js';
import type { DegradationCode } from '../../sessions/degradation.entity.js';
import {
  ADDRESS_BOOK,
  ownPushName,
  savedByMutations,
  SETTINGS,
} from '../app-state/address-book-mutations.js';
import type { AppliedMutations, PageEnd, PageHandler } from '../app-state/applied-page.js';
import type { ReadCollection } from '../app-state/collection-sync.js';
import type { SessionContext } from './session-context.js';

/** What one app-state collection means to an account. */
export interface CollectionHandler extends PageHandler {
  readonly name: string;
  /** The collection has been read up to the server's version. */
  synced?(state: ReadCollection): void;
  /** What is wrong, one sentence for people; null when nothing is any more. */
  problem?(problem: string | null): void;
  /** The connection is gone. */
  close?(): void;
}

/** The collection that holds the address book. */
export class AddressBookHandler implements CollectionHandler {
  private readonly logger = new Logger(AddressBookHandler.name);
  readonly name = ADDRESS_BOOK;
  /** What the session's state says; nothing since it is connecting. */
  private reported: string | null = null;
  /** One after the other: the last one is to stay. */
  private readonly writes = new Mutex();
  private isClosed = false;

  /** @param synced is told each time that the address book has been read */
  constructor(
    private readonly owner: AddressBookOwner,
    private readonly context: SessionContext,
    readonly synced: (state: ReadCollection) => void,
  ) {}

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
      `A whole copy of the address book was of no use (${reason}); changes go on being read, and another copy is ` +
        'asked for after 6 hours.',
    );
    await this.requestReconciliation(tx);
  }

  problem(problem: string | null): void {
    const { lease, stores } = this.context;
    if (!lease.isHeld || problem === this.reported) return;
    this.reported = problem;
    const write = () =>
      lease.transaction(async (tx) => {
        // It may have waited for the database, and what is reported now, or the next connection, know better.
        if (!this.isClosed && problem === this.reported)
          await stores.sessionState.reportSyncProblem(tx, lease.session, problem);
      });
    this.writes
      .runExclusive(write)
      .catch((error: unknown) => this.logger.warn(`Cannot report a problem: ${(error as Error).message}`));
  }

  private async reportDoubts(tx: Transaction, { doubts, isComplete }: PageEnd): Promise<void> {
    if (doubts.snapshot) {
      await this.report(
        tx,
        'snapshot_unverified',
        'The copy of the address book that WhatsApp keeps does not add up. Names that are authentic by themselves are ' +
          'served, some may be missing, and nobody is removed by it; another copy is asked for after 6 hours.',
      );
    } else if (isComplete) await this.report(tx, 'snapshot_unverified', null);
    const { patches } = doubts;
    await this.report(
      tx,
      'changes_unverified',
      patches === 0
        ? null
        : `After the last ${patches} changes the address book is not quite what WhatsApp says; they are authentic by ` +
            'themselves, and were made. It is compared with a whole copy as soon as one may be asked for.',
    );
    if (doubts.snapshot || patches > 0) await this.requestReconciliation(tx);
  }

  private requestReconciliation(tx: Transaction): Promise<void> {
    return this.context.stores.accounts.requestReconciliation(tx, this.owner.accountId);
  }

  private report(tx: Transaction, code: DegradationCode, message: string | null): Promise<void> {
    const { lease, stores } = this.context;
    return stores.degradations.report(tx, lease.session, code, message);
  }

  close(): void {
    this.isClosed = true;
  }

  /** Whatever differs from a snapshot of the version that the tables claim to hold was wrong in them. */
  private async countRepaired(
    tx: Transaction,
    { isReconciliation, repaired }: PageEnd,
    unsaved: number,
  ): Promise<void> {
    const { accounts } = this.context.stores;
    const all = isReconciliation ? repaired + unsaved : 0;
    await accounts.markReconciled(tx, this.owner.accountId, all);
    if (isReconciliation)
      this.logger.log(`Address book reconciled with a snapshot; contacts repaired: ${repaired + unsaved}`);
  }
}

/** The collection that holds, among other settings, the account's own push name. */
export class SettingsHandler implements CollectionHandler {
  readonly name = SETTINGS;

  /** The last push name that was read. */
  private pushName: string | null = null;

  /** @param named is told the account's push name, once it is read */
  constructor(
    private readonly owner: AddressBookOwner,
    private readonly context: SessionContext,
    private readonly named: (pushName: string | null) => void,
  ) {}

  synced(): void {
    this.named(this.pushName);
  }

  async apply(tx: Transaction, { mutations }: AppliedMutations): Promise<number> {
    const pushName = cleanName(ownPushName(mutations));
    this.pushName = pushName ?? this.pushName;
    const { accounts, knownPeople } = this.context.stores;
    await accounts.update(tx, this.owner.accountId, { pushName });
    knownPeople.of(this.owner.accountId).ownPushName = null;
    return 0;
  }
}
