import { Injectable } from '@nestjs/common';
import { AccountsRepository } from '../../accounts/accounts.repository.js';
import type { Address } from '../../contacts/address.js';
import type { AddressBookOwner, Picture, PushName } from '../../contacts/write/contact-changes.js';
import { ContactHashRepository } from '../../contacts/write/contact-hash.repository.js';
import { cleanName, ContactsService } from '../../contacts/write/contacts.service.js';
import { ProfileFetchesRepository } from '../../contacts/fetches/profile-fetches.repository.js';
import type { Transaction } from '../../database/transaction.js';
import type { HashedPicture, StanzaFacts } from './stanza-facts.js';

/** Writes what stanzas say: finds who is meant where only a hash is told, and notes whose profile is to be fetched. */
@Injectable()
export class StanzaFactsWriter {
  constructor(
    private readonly accounts: AccountsRepository,
    private readonly contacts: ContactsService,
    private readonly hashes: ContactHashRepository,
    private readonly downloads: ProfileFetchesRepository,
  ) {}

  async write(
    tx: Transaction,
    owner: AddressBookOwner & { linkedAt: Date },
    facts: StanzaFacts,
  ): Promise<void> {
    const { accountId } = owner;
    const { hashedPictures, outdatedProfileHashes } = facts;
    const hashes = [...hashedPictures.map(({ hash }) => hash), ...outdatedProfileHashes];
    const byHash = await this.hashes.find(tx, accountId, hashes);
    const found = hashedPictures.flatMap((picture) => picturesOf(picture, byHash.get(picture.hash) ?? []));
    const pictures = [...facts.changes.pictures, ...found];
    const pushNames = facts.changes.pushNames.map((heard) => notBefore(owner.linkedAt, heard));
    await this.contacts.apply(tx, owner, { ...facts.changes, pictures, pushNames });
    await this.accounts.update(tx, accountId, { pushName: cleanName(facts.ownPushName) });
    const outdated = outdatedProfileHashes.flatMap((hash) => byHash.get(hash) ?? []);
    await this.downloads.requestAll(tx, accountId, [...facts.outdatedProfiles, ...outdated]);
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
