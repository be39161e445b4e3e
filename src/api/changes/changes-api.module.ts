import { Module } from '@nestjs/common';
import { AccessModule } from '../../access/access.module.js';
import { FeedReadsModule } from '../../feed/feed-reads.module.js';
import { SessionsModule } from '../../sessions/sessions.module.js';
import { ChangesController } from './changes.controller.js';
import { ChangesService } from './changes.service.js';
import { StreamTickets } from './stream-tickets.js';

@Module({
  imports: [AccessModule, FeedReadsModule, SessionsModule],
  controllers: [ChangesController],
  providers: [ChangesService, StreamTickets],
})
export class ChangesApiModule {}
