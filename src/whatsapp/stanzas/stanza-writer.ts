import { Injectable } from '@nestjs/common';
import { AccountsRepository } from '../../accounts/accounts.repository.js';
import { ProfileFetchesRepository } from '../../contacts/fetches/profile-fetches.repository.js';
import { CachedContactsRepository } from '../../contacts/write/cached-contacts.repository.js';
import { cleanName } from '../../contacts/write/clean-name.js';
import { ContactCaches } from '../../contacts/write/contact-cache.js';
import type { AddressBookOwner, Picture, PushName } from '../../contacts/write/contact-changes.js';
import { ContactHashRepository } from '../../contacts/write/contact-hash.repository.js';
import { ContactsService } from '../../contacts/write/contacts.service.js';
import { isRefusal, sqlStateOf } from '../../database/database-errors.js';
import type { Transaction } from '../../database/transaction.js';
import type { Address } from '../../kernel/identifiers/address.js';
import { Log } from '../../kernel/logging/log.js';
import { addressesIn, areCommitted, remember } from './committed-changes.js';
import { refusedChanges } from './refused-changes.metrics.js';
import {
  countChanges,
  type HashedPicture,
  inChunks,
  inHalves,
  type StanzaChanges,
} from './stanza-changes.js';

/**
 * Changes per transaction. A transaction takes about 0.1 s and locks the account's row. If a batch is aborted because
 * its acknowledgements would be late, the chunks that are already written remain, so the next attempt is shorter.
 */
const MAX_CHANGES = 500;
/** Additional transactions per batch to locate changes that the database refuses. Sufficient for about 10 of them. */
const MAX_SEARCHES = 200;

/** Runs work in a transaction of the session. */
export type Transact = (work: (tx: Transaction) => Promise<void>) => Promise<void>;

type Owner = AddressBookOwner & { linkedAt: Date };

/** Writes changes from stanzas. Finds contacts that are identified by a hash, and requests outdated profiles. */
@Injectable()
export class StanzaWriter {
  private readonly log = new Log(StanzaWriter.name);

  constructor(
    private readonly accounts: AccountsRepository,
    private readonly contacts: ContactsService,
    private readonly hashes: ContactHashRepository,
    private readonly fetches: ProfileFetchesRepository,
    private readonly people: ContactCaches,
    private readonly peopleRows: CachedContactsRepository,
  ) {}

  /**
   * Writes any number of changes in order, a few hundred per transaction. If all of them are already committed, no
   * query is sent, because WhatsApp repeats names with every message.
   *
   * A change that the database refuses must not block the others, because WhatsApp would deliver it again at each
   * login. It is located by bisection and skipped. If that takes too many transactions, the remaining changes are
   * skipped together.
   *
   * @returns the number of skipped changes, which are lost
   */
  async save(transact: Transact, owner: Owner, changes: StanzaChanges): Promise<number> {
    if (areCommitted(changes, this.people.of(owner.accountId))) return 0;
    const searches = { remaining: MAX_SEARCHES };
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
    searches: { remaining: number },
  ): Promise<number> {
    try {
      await transact((tx) => this.write(tx, owner, changes));
      return 0;
    } catch (error) {
      // The cache may contain values of the transaction, which was rolled back.
      this.people.of(owner.accountId).clear();
      if (!isRefusal(error)) throw error;
      if (countChanges(changes) === 1 || searches.remaining <= 0) return this.skip(changes, error);
    }
    let lost = 0;
    for (const half of inHalves(changes)) {
      searches.remaining -= 1;
      lost += await this.saveOrSearch(transact, owner, half, searches);
    }
    return lost;
  }

  /** Logs neither the changes nor the error's message, which may quote them. */
  private skip(changes: StanzaChanges, error: unknown): number {
    const count = countChanges(changes);
    const kinds = Object.keys(changes);
    this.log.error(
      { sqlState: sqlStateOf(error), count, kinds },
      'Skipped changes that the database refuses',
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
    const pushNames = changes.pushNames?.map((pushName) => notBefore(owner.linkedAt, pushName));
    await this.contacts.apply(tx, owner, { ...changes, pictures, pushNames });
    await this.accounts.update(tx, accountId, { pushName: cleanName(changes.ownPushName?.at(-1)) });
    const outdated = outdatedProfileHashes.flatMap((hash) => byHash.get(hash) ?? []);
    await this.fetches.requestAll(tx, accountId, [...outdatedProfiles, ...outdated]);
    await this.fetches.requestForNewKeys(tx, accountId, changes.identityHints ?? []);
    const known = await this.peopleRows.find(tx, accountId, addressesIn(changes));
    remember(this.people.of(accountId), known, changes);
  }
}

/** Names received over this link are newer than the history sent at linking, regardless of timestamps. */
function notBefore(linkedAt: Date, pushName: PushName): PushName {
  return pushName.observedAt > linkedAt ? pushName : { ...pushName, observedAt: linkedAt };
}

/** If several contacts have the hash, the picture of each one is fetched, and none is removed. */
function picturesOf({ state, id }: HashedPicture, addresses: Address[]): Picture[] {
  const isCertain = addresses.length === 1;
  return addresses.map((address) => {
    if (state === 'none' && isCertain) return { address, state };
    return { address, state: 'changed', id: isCertain ? id : null };
  });
}
