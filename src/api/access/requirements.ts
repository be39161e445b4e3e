import { createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import type { Request } from 'express';
import type { Access } from '../../access/access.js';
import type { Scope } from '../../access/scopes.js';

/** The access that a route requires. The service does not start if a route declares none. */
export type Requirement = ScopeRequirement | 'public';

export interface ScopeRequirement {
  /** Null: any key. */
  scope: Scope | null;
  /** The one-time token of a passkey ceremony can replace the key. The handler checks the token. */
  orToken?: true;
  /** An access token of the authorization server can replace the key. */
  orAccessToken?: true;
  /** The route covers all sessions. The handler returns only the sessions of the key. */
  acrossSessions?: true;
}

export const REQUIREMENT = Symbol('requirement');

/** Requires a scope. Applies to a route or to a controller. */
export const Needs = (scope: Scope, more: Omit<ScopeRequirement, 'scope'> = {}) =>
  SetMetadata(REQUIREMENT, { scope, ...more } satisfies Requirement);

/** Requires a key with any scope. */
export const NeedsAnyKey = () =>
  SetMetadata(REQUIREMENT, { scope: null, acrossSessions: true } satisfies Requirement);

/** Requires no key. */
export const Public = () => SetMetadata(REQUIREMENT, 'public' satisfies Requirement);

/** A request that has passed the guard. Without access, the handler has to check the token. */
export type GuardedRequest = Request<{ session?: string }> & { access?: Access | null };

/** Identifies the caller for fair shares: by key, or by IP address for requests without a created key. */
export function callerOf(request: GuardedRequest): string {
  return request.access?.keyId ?? request.ip ?? '';
}

/** Injects the access of the caller; null if a passkey token replaces the key. */
export const CallerAccess = createParamDecorator(
  (_: unknown, context: ExecutionContext) =>
    context.switchToHttp().getRequest<GuardedRequest>().access ?? null,
);
