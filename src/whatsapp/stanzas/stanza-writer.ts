import { Injectable, Logger } from '@nestjs/common';
import { AccountsRepository } from '../../accounts/accounts.repository.js';
import type { Address } from '../../contacts/address.js';
import { ProfileFetchesRepository } from '../../contacts/fetches/profile-fetches.repository.js';
import type { AddressBookOwner, Picture, PushName } from '../../contacts/write/contact-changes.js';
import { ContactHashRepository } from '../../contacts/write/contact-hash.repository.js';
import { cleanName } from '../../contacts/write/clean-name.js';
import { ContactsService } from '../../contacts/write/contacts.service.js';
import { isRefusal } from '../../database/database-errors.js';
import type { Transaction } from '../../database/transaction.js';
import { type HashedPicture, splitChanges, type StanzaChanges } from './stanza-changes.js';

/** Runs work in a transaction of the session. */
export type Transact = (work: (tx: Transaction) => Promise<void>) => Promise<void>;

type Owner = AddressBookOwner & { linkedAt: Date };

/** Writes what stanzas say: finds who is meant where only a hash is told, and notes whose profile is to be fetched. */
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
   * In one transaction. A change that the database refuses (which would be a defect of this service) must not hold up
   * the others: it would be delivered again, and refused again, for ever. So then each is saved by itself.
   */
  async save(transact: Transact, owner: Owner, changes: StanzaChanges): Promise<void> {
    try {
      await transact((tx) => this.write(tx, owner, changes));
    } catch (error) {
      if (!isRefusal(error)) throw error;
      for (const single of splitChanges(changes)) await this.saveOrSkip(transact, owner, single);
    }
  }

  private async saveOrSkip(transact: Transact, owner: Owner, change: StanzaChanges): Promise<void> {
    try {
      await transact((tx) => this.write(tx, owner, change));
    } catch (error) {
      if (!isRefusal(error)) throw error;
      this.logger.error(`The database refuses a change, which is lost: ${(error as Error).message}`);
    }
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

/** What comes over this link is newer than the history told at linking, whatever the clocks say. */
function notBefore(linkedAt: Date, heard: PushName): PushName {
  return heard.observedAt > linkedAt ? heard : { ...heard, observedAt: linkedAt };
}

/** Where several people share the hash, nobody's picture is dropped: each is asked for. */
function picturesOf({ state, id }: HashedPicture, people: Address[]): Picture[] {
  const isCertain = people.length === 1;
  return people.map((address) => {
    if (state === 'none' && isCertain) return { address, state };
    return { address, state: 'changed', id: isCertain ? id : null };
  });
}
