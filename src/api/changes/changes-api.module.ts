import { Module } from '@nestjs/common';
import { AccessModule } from '../../access/access.module.js';
import { SessionsModule } from '../../sessions/sessions.module.js';
import { FeedReader } from '../../feed/feed-reader.js';
import { FeedReadsRepository } from '../../feed/feed-reads.repository.js';
import { FeedWatch } from '../../feed/feed-watch.js';
import { ChangesController } from './changes.controller.js';
import { ChangesService } from './changes.service.js';

/** The feed of changes to read: polled and streamed. */
@Module({
  imports: [AccessModule, SessionsModule],
  controllers: [ChangesController],
  providers: [ChangesService, FeedReader, FeedReadsRepository, FeedWatch],
  exports: [FeedReader, FeedReadsRepository, FeedWatch],
})
export class FeedHttpModule {}
