import { Module } from '@nestjs/common';
import { FeedModule } from '../feed/feed.module.js';
import { FeedReadsModule } from '../feed/feed-reads.module.js';
import { SecretsModule } from '../secrets/secrets.module.js';
import { Destinations } from './destinations.js';
import { WebhookDeliveriesRepository } from './webhook-deliveries.repository.js';
import { WebhookRunner } from './webhook-runner.js';
import { WebhookSender } from './webhook-sender.js';
import { WebhooksRepository } from './webhooks.repository.js';

/** Delivers changes to webhooks. API processes share the webhooks. */
@Module({
  imports: [FeedModule, FeedReadsModule, SecretsModule],
  providers: [Destinations, WebhookDeliveriesRepository, WebhookRunner, WebhookSender, WebhooksRepository],
  exports: [Destinations, WebhookDeliveriesRepository, WebhookRunner, WebhookSender, WebhooksRepository],
})
export class WebhooksModule {}
