import { webhookAttempt, webhookPayload } from './examples.js';
import type { OperationObject } from './types.js';

const header = (name: string, description: string, example: string) => ({
  name,
  in: 'header' as const,
  required: true,
  description,
  schema: { type: 'string' as const },
  example,
});

/** The request that this service sends to webhook receivers. */
const changes: OperationObject = {
  operationId: 'receiveChanges',
  summary: 'Send changes to the URL of a webhook.',
  description:
    'The signature follows [Standard Webhooks](https://www.standardwebhooks.com). Verify it with one of its ' +
    'libraries before you use the content, and process each `webhook-id` once.',
  tags: ['webhooks'],
  parameters: [
    header('webhook-id', 'ID of the delivery; retries have the same ID', webhookAttempt.delivery_id),
    header('webhook-timestamp', 'Unix time of the request, in seconds', '1767261600'),
    header(
      'webhook-signature',
      '`v1,` followed by the HMAC-SHA256 of `id.timestamp.body` in base64. After a rotation of the secret, two ' +
        'signatures, separated by a space.',
      'v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=',
    ),
  ],
  requestBody: {
    required: true,
    content: {
      'application/json': {
        schema: { $ref: '#/components/schemas/WebhookPayloadDto' },
        example: webhookPayload,
      },
    },
  },
  responses: {
    '2XX': { description: 'Accepted. The next changes follow.' },
    '410': { description: 'Unsubscribe. The webhook is disabled.' },
    '429': { description: 'Rate limited. The delivery is retried after Retry-After or later.' },
    default: {
      description:
        'Failed. The delivery is retried up to 11 times in about three days. Later changes follow when it succeeds.',
    },
  },
  security: [],
};

export const WEBHOOKS = { changes: { post: changes } };
