import { Injectable, Logger } from '@nestjs/common';
import { AccountsRepository } from '../../accounts/accounts.repository.js';
import type { Address } from '../../contacts/address.js';
import { ProfileFetchesRepository } from '../../contacts/fetches/profile-fetches.repository.js';
import type { AddressBookOwner, Picture, PushName } from '../../contacts/write/contact-changes.js';
import { ContactHashRepository } from '../../contacts/write/contact-hash.repository.js';
import { cleanName } from '../../contacts/write/clean-name.js';
import { ContactsService } from '../../contacts/write/contacts.service.js';
import { isRefusal, sqlStateOf } from '../../database/database-errors.js';
import type { Transaction } from '../../database/transaction.js';
import { refusedChanges } from './refused-changes.metrics.js';
import {
  countChanges,
  type HashedPicture,
  inChunks,
  inHalves,
  type StanzaChanges,
} from './stanza-changes.js';

/**
 * Changes per transaction. It takes about 0.1 s, during which the account's row is locked. A batch that is given up halfway, since
 * acknowledgements would be late, has saved the chunks before, and is shorter the next time.
 */
const MAX_CHANGES = 500;
/** Further transactions in which one batch may search for changes that the database refuses: enough for about 10 of them. */
const MAX_SEARCHES = 200;

/** Runs work in a transaction of the session. */
export type Transact = (work: (tx: Transaction) => Promise<void>) => Promise<void>;

type Owner = AddressBookOwner & { linkedAt: Date };

/** Writes changes read from stanzas. Finds the contacts who are named by a hash, and requests profiles that are outdated. */
@Injectable()
export class StanzaWriter {
  private readonly logger = new Logger(StanzaWriter.name);

  constructor(
    private readonly accounts: AccountsRepository,
    private readonly contacts: ContactsService,
    private readonly hashes: ContactHashRepository,
    private readonly fetches: ProfileFetchesRepository,
  ) {}

  /**
   * Writes any number of changes, in order, some hundred per transaction.
   *
   * A change that the database refuses must not hold up the others: WhatsApp would deliver it again at each login. It is searched
   * for by halving, and skipped. When the search takes too many transactions, what is left of it is skipped as a whole.
   * @returns how many changes were skipped, and are lost
   */
  async save(transact: Transact, owner: Owner, changes: StanzaChanges): Promise<number> {
    const searches = { left: MAX_SEARCHES };
    let lost = 0;
    for (const chunk of inChunks(changes, MAX_CHANGES)) {
      lost += await this.saveOrSearch(transact, owner, chunk, searches);
    }
    if (lost > 0) refusedChanges.inc(lost);
    return lost;
  }

  private async saveOrSearch(
    transact: Transact,
    owner: Owner,
    changes: StanzaChanges,
    searches: { left: number },
  ): Promise<number> {
    try {
      await transact((tx) => this.write(tx, owner, changes));
      return 0;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      const count = countChanges(changes);
      if (count === 1 || searches.left <= 0) return this.skip(changes, error);
    }
    let lost = 0;
    for (const half of inHalves(changes)) {
      searches.left -= 1;
      lost += await this.saveOrSearch(transact, owner, half, searches);
    }
    return lost;
  }

  /** Logs neither the change nor the message of Postgres, which may quote it. */
  private skip(changes: StanzaChanges, error: unknown): number {
    const count = countChanges(changes);
    const kinds = Object.keys(changes).join(', ');
    this.logger.error(
      `Skipped changes that the database refuses (${sqlStateOf(error)}): ${count} of ${kinds}`,
    );
    return count;
  }

  private async write(tx: Transaction, owner: Owner, changes: StanzaChanges): Promise<void> {
    const { accountId } = owner;
    const { hashedPictures = [], outdatedProfiles = [], outdatedProfileHashes = [] } = changes;
    const hashes = [...hashedPictures.map(({ hash }) => hash), ...outdatedProfileHashes];
    const byHash = await this.hashes.find(tx, accountId, hashes);
    const found = hashedPictures.flatMap((picture) => picturesOf(picture, byHash.get(picture.hash) ?? []));
    const pictures = [...(changes.pictures ?? []), ...found];
    const pushNames = changes.pushNames?.map((heard) => notBefore(owner.linkedAt, heard));
    await this.contacts.apply(tx, owner, { ...changes, pictures, pushNames });
    await this.accounts.update(tx, accountId, { pushName: cleanName(changes.ownPushName?.at(-1)) });
    const outdated = outdatedProfileHashes.flatMap((hash) => byHash.get(hash) ?? []);
    await this.fetches.requestAll(tx, accountId, [...outdatedProfiles, ...outdated]);
    await this.fetches.requestForNewKeys(tx, accountId, changes.identityHints ?? []);
  }
}

/** Names heard over this link are newer than the history that was sent at linking, whatever the clocks show. */
function notBefore(linkedAt: Date, heard: PushName): PushName {
  return heard.observedAt > linkedAt ? heard : { ...heard, observedAt: linkedAt };
}

/** Where several contacts share the hash, no picture is dropped: each is fetched. */
function picturesOf({ state, id }: HashedPicture, people: Address[]): Picture[] {
  const isCertain = people.length === 1;
  return people.map((address) => {
    if (state === 'none' && isCertain) return { address, state };
    return { address, state: 'changed', id: isCertain ? id : null };
  });
}
