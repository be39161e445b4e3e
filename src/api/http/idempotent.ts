import { applyDecorators, UseInterceptors } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import { IdempotencyKeyReused, RequestInProgress, TooManyIdempotencyKeys } from './idempotency.errors.js';
import { IdempotencyInterceptor } from './idempotency.interceptor.js';
import { IDEMPOTENCY_HEADER, MAX_KEYS_PER_CALLER } from './idempotent-requests.js';

/** Errors of idempotent routes. */
export const IDEMPOTENCY_ERRORS = [
  new RequestInProgress(0),
  new IdempotencyKeyReused(),
  new TooManyIdempotencyKeys(MAX_KEYS_PER_CALLER),
];

/** Accepts an `Idempotency-Key`, so that clients can repeat a request whose response was lost. */
export const Idempotent = () =>
  applyDecorators(
    UseInterceptors(IdempotencyInterceptor),
    ApiHeader({
      name: IDEMPOTENCY_HEADER,
      required: false,
      description:
        'Makes it safe to repeat the request: a request with the same key within 24 hours gets the response of the ' +
        'first.',
      schema: { type: 'string', minLength: 1, maxLength: 255 },
    }),
  );
