import { Module } from '@nestjs/common';
import { FeedHttpModule } from '../api/changes/changes-api.module.js';
import { SecretsModule } from '../secrets/secrets.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { Destinations } from './destinations.js';
import { WebhooksController } from '../api/webhooks/webhooks.controller.js';
import { WebhooksService } from '../api/webhooks/webhooks.service.js';
import { WebhookDeliveriesRepository } from './webhook-deliveries.repository.js';
import { WebhookRunner } from './webhook-runner.js';
import { WebhookSender } from './webhook-sender.js';
import { WebhooksRepository } from './webhooks.repository.js';

/** Readers of the feed that the service runs for others. API processes share them. */
@Module({
  imports: [FeedHttpModule, SecretsModule, SessionsModule],
  controllers: [WebhooksController],
  providers: [
    Destinations,
    WebhookDeliveriesRepository,
    WebhookRunner,
    WebhookSender,
    WebhooksRepository,
    WebhooksService,
  ],
})
export class WebhooksModule {}
