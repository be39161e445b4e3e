import { createHash } from 'node:crypto';
import { HttpException, HttpStatus, Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import {
  type EarlierRequest,
  IdempotentRequestsRepository,
  type NewRequest,
} from '../../access/idempotent-requests.repository.js';
import { DomainError } from '../../kernel/errors/domain-error.js';
import { FailureLog } from '../../kernel/logging/failure-log.js';
import { Log } from '../../kernel/logging/log.js';
import { Secrets } from '../../secrets/secrets.js';
import { callerOf } from '../access/requirements.js';
import { IdempotencyKeyReused, RequestInProgress, TooManyIdempotencyKeys } from './idempotency.errors.js';
import { InvalidRequest } from './request.errors.js';

export const IDEMPOTENCY_HEADER = 'Idempotency-Key';
const REPLAYED_HEADER = 'Idempotent-Replayed';
/** Visible characters. The draft of the IETF has quotation marks around the key; most clients send none. */
const KEY = /^("?)([\x21\x23-\x5b\x5d-\x7e]{1,255})\1$/;

/** Limits the stored responses of a caller to a few megabytes. */
export const MAX_KEYS_PER_CALLER = 1_000;

interface StoredResponse {
  location: string | null;
  body: unknown;
}

/**
 * Runs a request with an `Idempotency-Key` once (draft-ietf-httpapi-idempotency-key-header). A repeated request gets
 * the stored response for 24 hours. Rejected requests are not stored. A request that failed for another reason, or
 * whose process ended, is not run again, because it may have taken effect.
 */
@Injectable()
export class IdempotentRequests {
  private readonly failure = new FailureLog(new Log(IdempotentRequests.name), 'Storing idempotent request');

  constructor(
    private readonly requests: IdempotentRequestsRepository,
    private readonly secrets: Secrets,
  ) {}

  /**
   * Runs a request, or returns the response of an earlier one.
   *
   * @param handle returns the body, and can set `Location`
   * @throws InvalidRequest, IdempotencyKeyReused, RequestInProgress, TooManyIdempotencyKeys, and errors of `handle`
   */
  async respond(request: Request, response: Response, handle: () => Promise<unknown>): Promise<unknown> {
    const key = keyOf(request);
    if (key === null) return handle();
    const caller = callerOf(request);
    const id = hashOf(caller, request.method, request.originalUrl, key).toString('base64url');
    const requestHash = hashOf(request.body ?? null);
    const added = { id, caller, requestHash };
    // The earlier request may be rejected, and its row deleted, before it is read.
    const earlier = (await this.add(added)) ?? (await this.add(added));
    if (earlier === null) throw new RequestInProgress(0);
    return earlier === 'none' ? this.run(id, handle, response) : this.replay(added, earlier, response);
  }

  /** @returns the earlier request; 'none' if this one was added, null if the earlier one is no longer stored */
  private async add(request: NewRequest): Promise<EarlierRequest | 'none' | null> {
    const result = await this.requests.add(request, MAX_KEYS_PER_CALLER);
    if (result === 'limited') throw new TooManyIdempotencyKeys(MAX_KEYS_PER_CALLER);
    return result === 'added' ? 'none' : this.requests.find(request.id);
  }

  /** Returns the body of the earlier response, and sets its headers. */
  private replay({ id, requestHash }: NewRequest, earlier: EarlierRequest, response: Response): unknown {
    if (!earlier.requestHash.equals(requestHash)) throw new IdempotencyKeyReused();
    if (earlier.response === null) throw new RequestInProgress(earlier.ageSeconds);
    const { location, body } = JSON.parse(
      this.secrets.decrypt(earlier.response, rowOf(id)),
    ) as StoredResponse;
    if (location !== null) response.setHeader('Location', location);
    response.setHeader(REPLAYED_HEADER, 'true');
    return body;
  }

  private async run(id: string, handle: () => Promise<unknown>, response: Response): Promise<unknown> {
    let body: unknown;
    try {
      body = await handle();
    } catch (error) {
      if (isRejection(error)) await this.attempt(() => this.requests.remove(id));
      throw error;
    }
    const stored: StoredResponse = { location: response.get('Location') ?? null, body };
    const text = this.secrets.encrypt(JSON.stringify(stored), rowOf(id));
    await this.attempt(() => this.requests.finish(id, text));
    return body;
  }

  /** Logs errors: the request itself has already succeeded or failed. */
  private async attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      this.failure.recovered();
    } catch (error) {
      this.failure.failed(error);
    }
  }
}

/** @throws InvalidRequest */
function keyOf(request: Request): string | null {
  const header = request.get(IDEMPOTENCY_HEADER);
  if (header === undefined) return null;
  const [, , key] = KEY.exec(header) ?? [];
  if (key === undefined)
    throw new InvalidRequest(
      `Invalid ${IDEMPOTENCY_HEADER}: use 1 to 255 visible ASCII characters except " and \\, for example ` +
        `${IDEMPOTENCY_HEADER}: 8e03978e-40d5-43e8-bc93-6894a57f9324.`,
    );
  return key;
}

/** Returns whether the error proves that the request had no effect. */
function isRejection(error: unknown): boolean {
  if (error instanceof HttpException) return error.getStatus() < Number(HttpStatus.INTERNAL_SERVER_ERROR);
  return error instanceof DomainError;
}

function hashOf(...values: unknown[]): Buffer {
  return createHash('sha256').update(JSON.stringify(values)).digest();
}

function rowOf(id: string) {
  return ['idempotent_request', id] as const;
}
