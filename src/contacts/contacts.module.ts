import { Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/accounts.module.js';
import { ContactChangesRepository } from './changes/contact-changes.repository.js';
import { ContactHashRepository } from './changes/contact-hash.repository.js';
import { ContactsRepository } from './api/contacts.repository.js';
import { ContactsService } from './changes/contacts.service.js';
import { IdentityKeysRepository } from './changes/identity-keys.repository.js';
import { LidMappingsRepository } from './changes/lid-mappings.repository.js';
import { NumberChangesRepository } from './changes/number-changes.repository.js';
import { OwnFactsRepository } from './changes/own-facts.repository.js';
import { PicturesRepository } from './changes/pictures.repository.js';
import { ProfileChangesRepository } from './changes/profile-changes.repository.js';
import { ProfileDownloadsRepository } from './downloads/profile-downloads.repository.js';

/** The address book: what is known of people, and how it changes. The routes are in ContactsApiModule. */
@Module({
  imports: [AccountsModule],
  providers: [
    ContactChangesRepository,
    ContactHashRepository,
    ContactsRepository,
    ContactsService,
    IdentityKeysRepository,
    LidMappingsRepository,
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
