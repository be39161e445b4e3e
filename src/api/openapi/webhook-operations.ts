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

const answer = (description: string) => ({ description });

/** What this service sends to the URL of a webhook. */
const changes: OperationObject = {
  operationId: 'receiveChanges',
  summary: 'Changes are sent to the URL of a webhook',
  description:
    'Signed as [Standard Webhooks](https://www.standardwebhooks.com) has it: verify it with any of its libraries before you ' +
    'believe it, and take each `webhook-id` once.',
  tags: ['webhooks'],
  parameters: [
    header('webhook-id', 'The same whenever the same is sent', webhookAttempt.delivery_id),
    header('webhook-timestamp', 'When it is sent, in seconds since 1970', '1767261600'),
    header(
      'webhook-signature',
      '`v1,` and the HMAC-SHA256 of `id.timestamp.body` in base64; two, with a space between, after a change of the secret',
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
    '2XX': answer('Taken: the next changes follow'),
    '410': answer('No more is wanted: the webhook is disabled'),
    '429': answer('Too much: it is sent again after Retry-After, or later'),
    default: answer(
      'Not taken: it is sent again, up to 10 times in three days, and nothing behind it before',
    ),
  },
  security: [],
};

export const WEBHOOKS = { changes: { post: changes } };
