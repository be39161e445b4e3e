import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { Request, Response } from 'express';
import { lastValueFrom, type Observable, of } from 'rxjs';
import { IdempotentRequests } from './idempotent-requests.js';

/** Runs a handler once for requests with the same `Idempotency-Key`. */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(private readonly requests: IdempotentRequests) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const http = context.switchToHttp();
    const handle = () => lastValueFrom<unknown>(next.handle());
    return of(await this.requests.respond(http.getRequest<Request>(), http.getResponse<Response>(), handle));
  }
}
