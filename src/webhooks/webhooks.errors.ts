import { DomainError } from '../kernel/errors/domain-error.js';

export class WebhookNotFound extends DomainError {
  readonly kind = 'not-found';
  readonly code = 'webhook_not_found';

  constructor(id: string) {
    super(`Webhook ${JSON.stringify(id)} does not exist. GET /webhooks lists all webhooks.`);
  }
}

/** The request is invalid. The message contains the expected format. */
export class WebhookRequestInvalid extends DomainError {
  readonly kind = 'invalid';
  readonly code = 'invalid_request';
}

export class TooManyWebhooks extends DomainError {
  readonly kind = 'conflict';
  readonly code = 'too_many_webhooks';

  /** @param of whose webhooks are counted, as the start of the sentence */
  constructor(limit: number, of: 'This deployment' | 'This API key' = 'This deployment') {
    super(
      `${of} has the maximum of ${limit} webhooks. Delete one with DELETE /webhooks/{id} before you create another.`,
    );
  }
}
