import { DomainError } from '../kernel/errors/domain-error.js';

export class WebhookNotFound extends DomainError {
  readonly kind = 'not-found';
  readonly code = 'webhook_not_found';

  constructor(id: string) {
    super(`There is no webhook with the id ${JSON.stringify(id)}. GET /webhooks lists those that exist.`);
  }
}

/** What is asked for cannot be done as it is asked; the message says what is right. */
export class WebhookRequestInvalid extends DomainError {
  readonly kind = 'invalid';
  readonly code = 'invalid_request';
}

export class TooManyWebhooks extends DomainError {
  readonly kind = 'conflict';
  readonly code = 'too_many_webhooks';

  constructor(limit: number) {
    super(`There are ${limit} webhooks already, as many as there may be. DELETE /webhooks/{id} deletes one.`);
  }
}
