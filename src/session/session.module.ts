import { Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/accounts.module.js';
import { ContactsModule } from '../contacts/contacts.module.js';
import { SessionController } from './session.controller.js';
import { SessionService } from './session.service.js';

/** The session as the API shows it. The session itself runs elsewhere: src/whatsapp. */
@Module({
  imports: [AccountsModule, ContactsModule],
  controllers: [SessionController],
  providers: [SessionService],
})
export class SessionModule {}
