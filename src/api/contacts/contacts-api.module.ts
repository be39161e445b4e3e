import { Module } from '@nestjs/common';
import { AccessModule } from '../../access/access.module.js';
import { ContactsModule } from '../../contacts/contacts.module.js';
import { RefreshRequestsRepository } from '../../contacts/fetches/refresh-requests.repository.js';
import { ContactDetailsRepository } from '../../contacts/read/contact-details.repository.js';
import { ContactExportRepository } from '../../contacts/read/contact-export.repository.js';
import { ContactIndexRepository } from '../../contacts/read/contact-index.repository.js';
import { ContactListRepository } from '../../contacts/read/contact-list.repository.js';
import { PictureReadsRepository } from '../../contacts/read/picture-reads.repository.js';
import { SessionsModule } from '../../sessions/sessions.module.js';
import { SessionsApiModule } from '../sessions/sessions-api.module.js';
import { ContactDetailsController } from './contact-details.controller.js';
import { ContactDetailsService } from './contact-details.service.js';
import { ContactExportController } from './contact-export.controller.js';
import { ContactIndexController } from './contact-index.controller.js';
import { ContactListController } from './contact-list.controller.js';
import { ContactLookupController } from './contact-lookup.controller.js';
import { ContactLookupService } from './contact-lookup.service.js';
import { ContactNamesController } from './contact-names.controller.js';
import { NumberChecksService } from './number-checks.service.js';

@Module({
  imports: [AccessModule, ContactsModule, SessionsApiModule, SessionsModule],
  controllers: [
    ContactNamesController,
    ContactListController,
    ContactIndexController,
    ContactLookupController,
    ContactExportController,
    ContactDetailsController,
  ],
  providers: [
    ContactDetailsRepository,
    ContactDetailsService,
    ContactExportRepository,
    ContactIndexRepository,
    ContactLookupService,
    ContactListRepository,
    NumberChecksService,
    PictureReadsRepository,
    RefreshRequestsRepository,
  ],
  exports: [ContactDetailsService, ContactListRepository, ContactLookupService],
})
export class ContactsApiModule {}
