import { createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import type { Request } from 'express';
import type { Access } from '../../access/access.js';
import type { Scope } from '../../access/scopes.js';

/** What a route asks of who calls it. Each route declares one; without, the service does not start. */
export type Requirement = ScopeRequirement | 'public';

export interface ScopeRequirement {
  /** Null: any key will do. */
  scope: Scope | null;
  /** The one-time token of a passkey ceremony may take the place of a key; the handler checks it. */
  orToken?: true;
  /** The route is about all sessions at once; the handler shows those that the key is for. */
  acrossSessions?: true;
}

export const REQUIREMENT = Symbol('requirement');

/** The scope that callers of a route, or of all routes of a controller, must have. */
export const Needs = (scope: Scope, more: Omit<ScopeRequirement, 'scope'> = {}) =>
  SetMetadata(REQUIREMENT, { scope, ...more } satisfies Requirement);

/** For every caller that may call anything. */
export const NeedsAnyKey = () =>
  SetMetadata(REQUIREMENT, { scope: null, acrossSessions: true } satisfies Requirement);

/** For everybody. */
export const Public = () => SetMetadata(REQUIREMENT, 'public' satisfies Requirement);

/** A request that has passed the guard; without access, a token must do. */
export type GuardedRequest = Request<{ session?: string }> & { access?: Access | null };

/** Tells callers apart, to give each a fair share: by their key, or else by their address. */
export function callerOf(request: GuardedRequest): string {
  return request.access?.keyId ?? request.ip ?? '';
}

/** What the caller may do; null on routes where the token of a passkey ceremony may take the place of a key. */
export const CallerAccess = createParamDecorator(
  (_: unknown, context: ExecutionContext) =>
    context.switchToHttp().getRequest<GuardedRequest>().access ?? null,
);
