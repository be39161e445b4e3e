import { type MiddlewareConsumer, Module, type NestModule } from '@nestjs/common';
import { AccountsModule } from '../../accounts/accounts.module.js';
import { ContactsModule } from '../../contacts/contacts.module.js';
import { CommandSender } from './command-sender.js';
import { PasskeyController } from './passkey/passkey.controller.js';
import { passkeyCors } from './passkey/passkey-cors.js';
import { PasskeyService } from './passkey/passkey.service.js';
import { SessionController } from './session.controller.js';
import { SessionService } from './session.service.js';

/** The session as the API shows it. The session itself runs elsewhere: src/whatsapp. */
@Module({
  imports: [AccountsModule, ContactsModule],
  controllers: [SessionController, PasskeyController],
  providers: [CommandSender, PasskeyService, SessionService],
})
export class SessionsHttpModule implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(passkeyCors).forRoutes('session/passkey');
  }
}
