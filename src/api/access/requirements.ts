import { createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import type { Request } from 'express';
import { type Access, MASTER_ACCESS } from '../../access/access.js';
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
  /** A ticket in the query can replace the key, for the EventSource of browsers. */
  orTicket?: true;
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

/** All requests with API_KEY are from one caller. Neither an ID of a key nor an address has this form. */
const MASTER_CALLER = 'API_KEY';

/**
 * Identifies the caller for fair shares: by key, or by IP address for requests without a key. This is the address of
 * the connection, or the one that a proxy in TRUSTED_PROXIES has forwarded.
 */
export function callerOf({ access, ip }: GuardedRequest): string {
  if (access === MASTER_ACCESS) return MASTER_CALLER;
  return access?.keyId ?? ip ?? '';
}

/** Injects the access of the caller; null if a passkey token replaces the key. */
export const CallerAccess = createParamDecorator(
  (_: unknown, context: ExecutionContext) =>
    context.switchToHttp().getRequest<GuardedRequest>().access ?? null,
);
