import { Module } from '@nestjs/common';
import { ContactChangesRepository } from './write/contact-changes.repository.js';
import { ContactHashRepository } from './write/contact-hash.repository.js';
import { ContactsRepository } from './read/contacts.repository.js';
import { ContactsService } from './write/contacts.service.js';
import { FormerLidsRepository } from './write/former-lids.repository.js';
import { IdentityKeysRepository } from './write/identity-keys.repository.js';
import { KnownPeople } from './write/known-people.js';
import { KnownPeopleRepository } from './write/known-people.repository.js';
import { KnownLidsRepository } from './write/known-lids.repository.js';
import { LidChangesRepository } from './write/lid-changes.repository.js';
import { LidMappingsRepository } from './write/lid-mappings.repository.js';
import { NumberChangesRepository } from './write/number-changes.repository.js';
import { FeedModule } from '../feed/feed.module.js';
import { OwnFactsRepository } from './write/own-facts.repository.js';
import { PersonStatesRepository } from './write/person-states.repository.js';
import { PicturesRepository } from './write/pictures.repository.js';
import { ProfileChangesRepository } from './write/profile-changes.repository.js';
import { ProfileFetchesRepository } from './fetches/profile-fetches.repository.js';

/** The address book: what is known of people, and how it changes. The routes are in ContactsApiModule. */
@Module({
  imports: [FeedModule],
  providers: [
    ContactChangesRepository,
    ContactHashRepository,
    ContactsRepository,
    ContactsService,
    FormerLidsRepository,
    IdentityKeysRepository,
    KnownLidsRepository,
    KnownPeople,
    KnownPeopleRepository,
    LidChangesRepository,
    LidMappingsRepository,
    NumberChangesRepository,
    OwnFactsRepository,
    PersonStatesRepository,
    PicturesRepository,
    ProfileChangesRepository,
    ProfileFetchesRepository,
  ],
  exports: [
    ContactHashRepository,
    ContactsRepository,
    ContactsService,
    KnownPeople,
    KnownPeopleRepository,
    PicturesRepository,
    ProfileFetchesRepository,
  ],
})
export class ContactsModule {}
