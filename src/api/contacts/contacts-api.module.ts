import { Module } from '@nestjs/common';
import { SessionsModule } from '../../sessions/sessions.module.js';
import { ContactDetailsController } from './contact-details.controller.js';
import { ContactDetailsRepository } from '../../contacts/read/contact-details.repository.js';
import { ContactDetailsService } from './contact-details.service.js';
import { ContactExportController } from './contact-export.controller.js';
import { ContactExportRepository } from '../../contacts/read/contact-export.repository.js';
import { ContactListController } from './contact-list.controller.js';
import { ContactListRepository } from '../../contacts/read/contact-list.repository.js';
import { ContactNamesController } from './contact-names.controller.js';
import { ContactsModule } from '../../contacts/contacts.module.js';
import { PictureReadsRepository } from '../../contacts/read/picture-reads.repository.js';
import { RefreshRequestsRepository } from '../../contacts/fetches/refresh-requests.repository.js';

/** The routes of the address book; not part of the session role. */
@Module({
  imports: [ContactsModule, SessionsModule],
  controllers: [
    ContactNamesController,
    ContactListController,
    ContactExportController,
    ContactDetailsController,
  ],
  providers: [
    ContactDetailsRepository,
    ContactDetailsService,
    ContactExportRepository,
    ContactListRepository,
    PictureReadsRepository,
    RefreshRequestsRepository,
  ],
  exports: [ContactDetailsService, ContactListRepository],
})
export class ContactsApiModule {}
