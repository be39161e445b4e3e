import { Module } from '@nestjs/common';
import { FeedModule } from '../feed/feed.module.js';
import { NumberCheckPruner } from './checks/number-check-pruner.js';
import { NumberChecksRepository } from './checks/number-checks.repository.js';
import { ProfileFetchesRepository } from './fetches/profile-fetches.repository.js';
import { ContactsRepository } from './read/contacts.repository.js';
import { CachedContactsRepository } from './write/cached-contacts.repository.js';
import { ContactCaches } from './write/contact-cache.js';
import { ContactChangesRepository } from './write/contact-changes.repository.js';
import { ContactHashRepository } from './write/contact-hash.repository.js';
import { ContactSnapshotsRepository } from './write/contact-snapshots.repository.js';
import { ContactsService } from './write/contacts.service.js';
import { FormerLidsRepository } from './write/former-lids.repository.js';
import { IdentityKeysRepository } from './write/identity-keys.repository.js';
import { KnownLidsRepository } from './write/known-lids.repository.js';
import { LidChangesRepository } from './write/lid-changes.repository.js';
import { LidMappingsRepository } from './write/lid-mappings.repository.js';
import { MergedContactsRepository } from './write/merged-contacts.repository.js';
import { NumberChangesRepository } from './write/number-changes.repository.js';
import { PicturesRepository } from './write/pictures.repository.js';
import { ProfileChangesRepository } from './write/profile-changes.repository.js';
import { ProfileMovesRepository } from './write/profile-moves.repository.js';

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
    ContactCaches,
    CachedContactsRepository,
    LidChangesRepository,
    LidMappingsRepository,
    MergedContactsRepository,
    NumberChangesRepository,
    NumberCheckPruner,
    NumberChecksRepository,
    ProfileMovesRepository,
    ContactSnapshotsRepository,
    PicturesRepository,
    ProfileChangesRepository,
    ProfileFetchesRepository,
  ],
  exports: [
    ContactHashRepository,
    ContactsRepository,
    ContactsService,
    ContactCaches,
    CachedContactsRepository,
    NumberCheckPruner,
    NumberChecksRepository,
    PicturesRepository,
    ProfileFetchesRepository,
  ],
})
export class ContactsModule {}
