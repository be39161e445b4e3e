import { Injectable } from '@nestjs/common';
import type { SessionName } from '../../kernel/identifiers/session-name.js';
import type { Address } from '../../kernel/identifiers/address.js';
import type { ContactRow } from '../../contacts/contact-row.js';
import { ContactDetailsRepository } from '../../contacts/read/contact-details.repository.js';
import { ContactNotFound, NoPicture } from '../../contacts/contacts.errors.js';
import { NoAccountLinked } from '../../sessions/sessions.errors.js';
import { toContactLookup } from './contact.dto.js';
import { isDatabaseUnavailable } from '../../database/database-errors.js';
import { PictureReadsRepository, type StoredPicture } from '../../contacts/read/picture-reads.repository.js';
import { ProfileFetchesRepository } from '../../contacts/fetches/profile-fetches.repository.js';
import { RefreshRequestsRepository } from '../../contacts/fetches/refresh-requests.repository.js';

/** A person, and whether the first sync of the address book is complete. */
export interface Person {
  accountId: number;
  synced: boolean;
  person: ContactRow;
}

/** By what is known of a picture without bytes. */
const REASONS = {
  none: 'picture_none',
  hidden: 'picture_hidden',
  changed: 'picture_not_fetched',
} as const;

/** One person as the API shows them. */
@Injectable()
export class ContactDetailsService {
  constructor(
    private readonly details: ContactDetailsRepository,
    private readonly pictures: PictureReadsRepository,
    private readonly refreshes: RefreshRequestsRepository,
    private readonly fetches: ProfileFetchesRepository,
  ) {}

  /**
   * @param phone as validated by ContactPath
   * @param onAccount called as soon as it is known whose address book it is, even if the person is not in it
   * @throws SessionNotFound, NoAccountLinked, ContactNotFound
   */
  async get(session: SessionName, phone: string, onAccount: (synced: boolean) => void): Promise<Person> {
    const found = await this.details.find(session, toContactLookup(phone));
    if (!found) throw new NoAccountLinked();
    onAccount(found.synced);
    if (!found.person) throw new ContactNotFound(phone);
    return { ...found, person: found.person };
  }

  /** @throws NoPicture with the reason */
  async getPicture({ accountId, person }: Person): Promise<StoredPicture> {
    const picture = person.picture_bytes === null ? null : await this.pictures.find(accountId, person.id);
    if (picture) {
      // A database from which one can only read serves pictures as well.
      await this.pictures.markUsed(accountId, person.id).catch((error: unknown) => {
        if (!isDatabaseUnavailable(error)) throw error;
      });
      return picture;
    }
    if (person.picture_state === 'present') {
      await this.fetches.request(accountId, addressOf(person));
      throw new NoPicture('picture_evicted');
    }
    throw new NoPicture(person.picture_state ? REASONS[person.picture_state] : 'picture_not_fetched');
  }

  /** Has the person fetched before all others. @throws RefreshLimited */
  async refresh({ accountId, person }: Person): Promise<void> {
    await this.refreshes.add(accountId, person.id);
    await this.fetches.request(accountId, addressOf(person));
  }
}

function addressOf({ jid, lid }: ContactRow): Address {
  const address = jid ?? lid;
  if (!address) throw new Error('A contact has no address, in spite of its constraint');
  return address;
}
