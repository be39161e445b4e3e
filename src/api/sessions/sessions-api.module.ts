import { type MiddlewareConsumer, Module, type NestModule } from '@nestjs/common';
import { AccessModule } from '../../access/access.module.js';
import { ContactsModule } from '../../contacts/contacts.module.js';
import { SessionsModule } from '../../sessions/sessions.module.js';
import { linkRoutes } from '../http/session-param.js';
import { CommandSender } from './command-sender.js';
import { ContactCounts } from './contact-counts.js';
import { LinkController } from './link.controller.js';
import { LinkService } from './link.service.js';
import { PairingLimit } from './pairing-limit.js';
import { PasskeyController } from './passkey/passkey.controller.js';
import { PasskeyService } from './passkey/passkey.service.js';
import { passkeyCors } from './passkey/passkey-cors.js';
import { SessionStatusController } from './session-status.controller.js';
import { SessionStatusService } from './session-status.service.js';
import { SessionsController } from './sessions.controller.js';
import { SessionsService } from './sessions.service.js';

@Module({
  imports: [AccessModule, SessionsModule, ContactsModule],
  controllers: [SessionStatusController, LinkController, PasskeyController, SessionsController],
  providers: [
    CommandSender,
    ContactCounts,
    LinkService,
    PairingLimit,
    PasskeyService,
    SessionStatusService,
    SessionsService,
  ],
  exports: [CommandSender, SessionStatusService],
})
export class SessionsApiModule implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(passkeyCors).forRoutes(...linkRoutes('passkey'));
  }
}
