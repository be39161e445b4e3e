import { Injectable } from '@nestjs/common';
import { ContactNotFound, FetchesOff, NoPicture, RefreshLimited } from '../../contacts/contacts.errors.js';
import { ProfileFetchesRepository } from '../../contacts/fetches/profile-fetches.repository.js';
import { RefreshRequestsRepository } from '../../contacts/fetches/refresh-requests.repository.js';
import {
  ContactDetailsRepository,
  type KeyRow,
  type StoredContact,
} from '../../contacts/read/contact-details.repository.js';
import { PictureReadsRepository, type StoredPicture } from '../../contacts/read/picture-reads.repository.js';
import { isDatabaseUnavailable } from '../../database/database-errors.js';
import type { Address } from '../../kernel/identifiers/address.js';
import type { SessionName } from '../../kernel/identifiers/session-name.js';
import { SessionStateRepository } from '../../sessions/session-state.repository.js';
import { NoAccountLinked } from '../../sessions/sessions.errors.js';
import { toContactLookup } from './contact-reference.js';

/** A contact of an account, and whether the account's first sync is complete. */
export interface AccountContact {
  accountId: number;
  synced: boolean;
  person: StoredContact;
}

/** Error codes for pictures whose bytes are not stored. */
const REASONS = {
  none: 'picture_none',
  hidden: 'picture_hidden',
  changed: 'picture_not_fetched',
} as const;

/** Reads and refreshes single contacts. */
@Injectable()
export class ContactDetailsService {
  constructor(
    private readonly details: ContactDetailsRepository,
    private readonly pictures: PictureReadsRepository,
    private readonly refreshes: RefreshRequestsRepository,
    private readonly fetches: ProfileFetchesRepository,
    private readonly state: SessionStateRepository,
  ) {}

  /**
   * @param phone validated by ContactPath
   * @param onAccount called before ContactNotFound is thrown, with whether the first sync is complete
   * @throws SessionNotFound, NoAccountLinked, ContactNotFound
   */
  async get(
    session: SessionName,
    phone: string,
    onAccount?: (synced: boolean) => void,
  ): Promise<AccountContact> {
    const found = await this.details.find(session, toContactLookup(phone));
    if (!found) throw new NoAccountLinked();
    onAccount?.(found.synced);
    const { result: person, ...account } = found;
    if (!person) throw new ContactNotFound(phone);
    return { ...account, person };
  }

  /** Returns the current identity key and all earlier ones. */
  listKeys({ accountId, person }: AccountContact): Promise<KeyRow[]> {
    return this.details.listKeys(accountId, person.rowNumber);
  }

  /**
   * Returns the picture. If it was evicted, also schedules a new download, within the limits of refreshes.
   *
   * @throws NoPicture with the reason
   */
  async getPicture(found: AccountContact): Promise<StoredPicture> {
    const { accountId, person } = found;
    const picture =
      person.picture_bytes === null ? null : await this.pictures.find(accountId, person.rowNumber);
    if (picture) {
      // A read-only database must still serve pictures.
      await this.pictures.markUsed(accountId, person.rowNumber).catch((error: unknown) => {
        if (!isDatabaseUnavailable(error)) throw error;
      });
      return picture;
    }
    if (person.picture_state !== 'present')
      throw new NoPicture(person.picture_state ? REASONS[person.picture_state] : 'picture_not_fetched');
    await this.requestFetch(found).catch((error: unknown) => {
      if (!(error instanceof RefreshLimited)) throw error;
    });
    throw new NoPicture('picture_evicted');
  }

  /** Schedules a profile fetch before all others. @throws FetchesOff, RefreshLimited */
  async refresh(session: SessionName, found: AccountContact): Promise<void> {
    const { profilesPause } = await this.state.get(session);
    if (profilesPause.isOff) throw new FetchesOff();
    await this.requestFetch(found);
  }

  /** @throws RefreshLimited */
  private async requestFetch({ accountId, person }: AccountContact): Promise<void> {
    await this.refreshes.add(accountId, person.rowNumber);
    await this.fetches.request(accountId, addressOf(person));
  }
}

function addressOf({ jid, lid }: StoredContact): Address {
  const address = jid ?? lid;
  if (!address) throw new Error('A contact has neither a JID nor a LID, which a constraint should prevent');
  return address;
}
