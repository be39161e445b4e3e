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
import type { AppliedPage, ReadCollection } from '../app-state/collection-sync.js';
import type { SessionContext } from './session-context.js';

/** What one app-state collection means to an account. */
export interface CollectionHandler {
  readonly name: string;
  /** Writes what a page says, in the transaction that commits the collection's new version. */
  apply(tx: Transaction, page: AppliedPage): Promise<void>;
  /** A snapshot was of no use, for this reason; the patches go on. */
  snapshotFailed?(tx: Transaction, reason: string): Promise<void>;
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

  async apply(tx: Transaction, page: AppliedPage): Promise<void> {
    const { contacts } = this.context.stores;
    const { accountId } = this.owner;
    const { saved } = savedByMutations(page.mutations);
    const { mappings, usernames } = savedByMutations(page.changed);
    const unsaved = [...page.removed];
    if (page.everybody) unsaved.push(...(await contacts.findSavedOtherThan(tx, accountId, page.everybody)));
    await contacts.apply(tx, this.owner, { mappings, saved, unsaved, usernames });
    if (page.everybody) await this.countRepaired(tx, page.isReconciliation);
    await this.reportDoubts(tx, page);
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

  private async reportDoubts(tx: Transaction, { doubts, everybody }: AppliedPage): Promise<void> {
    if (doubts.snapshot) {
      await this.report(
        tx,
        'snapshot_unverified',
        'The copy of the address book that WhatsApp keeps does not add up. Names that are authentic by themselves are ' +
          'served, some may be missing, and nobody is removed by it; another copy is asked for after 6 hours.',
      );
    } else if (everybody) await this.report(tx, 'snapshot_unverified', null);
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
  private async countRepaired(tx: Transaction, isReconciliation: boolean): Promise<void> {
    const { accountId } = this.owner;
    const { accounts, contacts } = this.context.stores;
    const repaired = isReconciliation ? await contacts.countChangedBy(tx, accountId) : 0;
    await accounts.markReconciled(tx, accountId, repaired);
    if (isReconciliation) {
      this.logger.log(`Address book reconciled with a snapshot; contacts repaired: ${repaired}`);
    }
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

  async apply(tx: Transaction, { mutations }: AppliedPage): Promise<void> {
    const pushName = cleanName(ownPushName(mutations));
    this.pushName = pushName ?? this.pushName;
    await this.context.stores.accounts.update(tx, this.owner.accountId, { pushName });
  }
}
