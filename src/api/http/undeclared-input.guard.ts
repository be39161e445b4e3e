import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { inputOf, type RouteInput } from './route-input.js';
import { UnknownParameter } from './unknown-parameter.js';

/** Rejects query parameters and fields of routes that have none. RequestValidation checks those of other routes. */
@Injectable()
export class UndeclaredInputGuard implements CanActivate {
  private readonly inputs = new WeakMap<object, RouteInput>();

  /** @throws UnknownParameter */
  canActivate(context: ExecutionContext): true {
    const { query, body } = this.inputOf(context);
    const request = context.switchToHttp().getRequest<Request>();
    if (!query && request.url.includes('?')) requireNone('query', request.query);
    if (!body && request.body !== undefined) requireNone('body', request.body as object);
    return true;
  }

  private inputOf(context: ExecutionContext): RouteInput {
    const handler = context.getHandler();
    const known = this.inputs.get(handler);
    if (known) return known;
    const input = inputOf(context.getClass(), handler.name);
    this.inputs.set(handler, input);
    return input;
  }
}

function requireNone(place: 'query' | 'body', values: object): void {
  const [name] = Object.keys(values);
  if (name !== undefined) throw new UnknownParameter(place, name, []);
}
