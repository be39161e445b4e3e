import { Logger } from '@nestjs/common';
import type { AddressBookOwner } from '../../contacts/write/contact-changes.js';
import { cleanName } from '../../contacts/write/contacts.service.js';
import type { Transaction } from '../../database/transaction.js';
import {
  ADDRESS_BOOK,
  ownPushName,
  savedByMutations,
  SETTINGS,
} from '../app-state/address-book-mutations.js';
import type { AppliedPage } from '../app-state/collection-sync.js';
import type { SessionContext } from './session-context.js';

/** What one app-state collection means to an account. */
export interface CollectionHandler {
  readonly name: string;
  /** Writes what a page says, in the transaction that commits the collection's new version. */
  apply(tx: Transaction, page: AppliedPage): Promise<void>;
  /** The collection has been read up to the server's version. */
  synced?(): void;
  /** What is wrong, one sentence for people; null when nothing is any more. */
  problem?(problem: string | null): void;
}

/** The collection that holds the address book. */
export class AddressBookHandler implements CollectionHandler {
  private readonly logger = new Logger(AddressBookHandler.name);
  readonly name = ADDRESS_BOOK;
  /** What the session's state says; nothing since it is connecting. */
  private reported: string | null = null;

  /** @param synced is told each time that the address book has been read */
  constructor(
    private readonly owner: AddressBookOwner,
    private readonly context: SessionContext,
    readonly synced: () => void,
  ) {}

  async apply(tx: Transaction, page: AppliedPage): Promise<void> {
    const { contacts } = this.context.stores;
    const { accountId } = this.owner;
    const { saved } = savedByMutations(page.mutations);
    const { mappings } = savedByMutations(page.changed);
    const unsaved = [...page.removed];
    if (page.isWhole) unsaved.push(...(await contacts.findSavedOtherThan(tx, accountId, page.people)));
    await contacts.apply(tx, this.owner, { mappings, saved, unsaved });
    if (page.isWhole) await this.countRepaired(tx, page.isReconciliation);
  }

  problem(problem: string | null): void {
    const { lease, stores } = this.context;
    if (!lease.isHeld || problem === this.reported) return;
    this.reported = problem;
    lease
      .transaction((tx) => stores.sessionState.reportSyncProblem(tx, lease.session, problem))
      .catch((error: unknown) => this.logger.warn(`Cannot report a problem: ${(error as Error).message}`));
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

  /** @param synced is told each time that the settings have been read */
  constructor(
    private readonly owner: AddressBookOwner,
    private readonly context: SessionContext,
    readonly synced: () => void,
  ) {}

  async apply(tx: Transaction, { mutations }: AppliedPage): Promise<void> {
    const pushName = cleanName(ownPushName(mutations));
    await this.context.stores.accounts.update(tx, this.owner.accountId, { pushName });
  }
}
