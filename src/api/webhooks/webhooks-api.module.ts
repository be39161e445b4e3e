import { Module } from '@nestjs/common';
import { FeedReadsModule } from '../../feed/feed-reads.module.js';
import { SessionsModule } from '../../sessions/sessions.module.js';
import { WebhooksModule } from '../../webhooks/webhooks.module.js';
import { WebhooksController } from './webhooks.controller.js';
import { WebhooksService } from './webhooks.service.js';

@Module({
  imports: [FeedReadsModule, SessionsModule, WebhooksModule],
  controllers: [WebhooksController],
  providers: [WebhooksService],
})
export class WebhooksApiModule {}
