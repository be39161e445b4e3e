import { type MiddlewareConsumer, Module, type NestModule } from '@nestjs/common';
import { AccessModule } from '../../access/access.module.js';
import { ContactsModule } from '../../contacts/contacts.module.js';
import { linkRoutes } from '../http/session-param.js';
import { SessionsModule } from '../../sessions/sessions.module.js';
import { ContactCounts } from './contact-counts.js';
import { CommandSender } from './command-sender.js';
import { LinkController } from './link.controller.js';
import { PairingLimit } from './pairing-limit.js';
import { PasskeyController } from './passkey/passkey.controller.js';
import { passkeyCors } from './passkey/passkey-cors.js';
import { PasskeyService } from './passkey/passkey.service.js';
import { SessionStatusController } from './session-status.controller.js';
import { SessionStatusService } from './session-status.service.js';
import { SessionsController } from './sessions.controller.js';
import { SessionsService } from './sessions.service.js';

/** The sessions as the API shows them. They run elsewhere: src/whatsapp. */
@Module({
  imports: [AccessModule, SessionsModule, ContactsModule],
  controllers: [SessionStatusController, LinkController, PasskeyController, SessionsController],
  providers: [
    CommandSender,
    ContactCounts,
    PairingLimit,
    PasskeyService,
    SessionStatusService,
    SessionsService,
  ],
  exports: [SessionStatusService],
})
export class SessionsApiModule implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(passkeyCors).forRoutes(...linkRoutes('passkey'));
  }
}
