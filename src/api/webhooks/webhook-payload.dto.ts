import type { WebhookPayload } from '../../webhooks/webhook-payload.js';
import { type ChangeDto } from '../changes/changes.dto.js';

/** Of one session. */
export class WebhookDataDto {
  /** Whose changes they are; null in a test of a webhook for all sessions. */
  session: string | null;
  /** In the order of their numbers; empty in a test. */
  items: ChangeDto[];
}

/** What is sent to a webhook, after Standard Webhooks: its id is the header `webhook-id`, and signed by `webhook-signature`. */
export class WebhookPayloadDto implements WebhookPayload {
  type: 'changes' | 'webhook.test';
  /** When the last of the changes was committed, ISO 8601. */
  timestamp: string;
  data: WebhookDataDto;
}
