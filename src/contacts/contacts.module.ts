import { Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/accounts.module.js';
import { ContactChangesRepository } from './contact-changes.repository.js';
import { ContactHashRepository } from './contact-hash.repository.js';
import { ContactsRepository } from './contacts.repository.js';
import { ContactsService } from './contacts.service.js';
import { IdentityKeysRepository } from './identity-keys.repository.js';
import { LidPairsRepository } from './lid-pairs.repository.js';
import { NumberChangesRepository } from './number-changes.repository.js';
import { OwnFactsRepository } from './own-facts.repository.js';
import { PicturesRepository } from './pictures.repository.js';
import { ProfileChangesRepository } from './profile-changes.repository.js';
import { ProfileDownloadsRepository } from './profile-downloads.repository.js';

/** The address book: what is known of people, and how it changes. The routes are in ContactsApiModule. */
@Module({
  imports: [AccountsModule],
  providers: [
    ContactChangesRepository,
    ContactHashRepository,
    ContactsRepository,
    ContactsService,
    IdentityKeysRepository,
    LidPairsRepository,
    NumberChangesRepository,
    OwnFactsRepository,
    PicturesRepository,
    ProfileChangesRepository,
    ProfileDownloadsRepository,
  ],
  exports: [
    ContactHashRepository,
    ContactsRepository,
    ContactsService,
    PicturesRepository,
    ProfileDownloadsRepository,
  ],
})
export class ContactsModule {}
