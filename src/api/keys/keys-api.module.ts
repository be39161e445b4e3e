import { Module } from '@nestjs/common';
import { AccessModule } from '../../access/access.module.js';
import { SessionsModule } from '../../sessions/sessions.module.js';
import { AccessController } from './access.controller.js';
import { KeysController } from './keys.controller.js';
import { KeysService } from './keys.service.js';

/** `/keys` and `/access`. */
@Module({
  imports: [AccessModule, SessionsModule],
  controllers: [AccessController, KeysController],
  providers: [KeysService],
})
export class KeysApiModule {}
