import { ApiProperty } from '@nestjs/swagger';
import type { WebhookPayload } from '../../webhooks/webhook-payload.js';
import { type ChangeDto } from '../changes/changes.dto.js';
import { MAX_DELIVERY_ITEMS } from './webhooks.dto.js';

/** Changes of one session. */
export class WebhookDataDto {
  /** Null in a test of a webhook for all sessions. */
  session: string | null;
  /** In the order of their sequence numbers; empty in a test. */
  @ApiProperty({ maxItems: MAX_DELIVERY_ITEMS })
  items: ChangeDto[];
}

/**
 * A delivery as in Standard Webhooks. The header `webhook-id` contains its ID, and `webhook-signature` its signature.
 */
export class WebhookPayloadDto implements WebhookPayload {
  type: 'changes' | 'webhook.test';
  /** Commit time of the last change, or the time of the test, ISO 8601. */
  timestamp: string;
  data: WebhookDataDto;
}
