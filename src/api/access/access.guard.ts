import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import {
  KeyInvalid,
  KeyMissing,
  ScopeMissing,
  SessionNotAllowed,
  TicketInvalid,
} from '../../access/access.errors.js';
import { type Access, ANONYMOUS_ACCESS, MASTER_ACCESS } from '../../access/access.js';
import { AccessTokens } from '../../access/access-tokens.js';
import { ApiKeyCache, type CachedKey, isExpired } from '../../access/api-key-cache.js';
import { type KeyBudget, rateLimitHeaders } from '../../access/key-budget.js';
import { KeyLimits } from '../../access/key-limits.js';
import { hashOfKey, idOfKey, isKey, TICKET } from '../../access/key-text.js';
import { StreamTicketsRepository } from '../../access/stream-tickets.repository.js';
import { Config } from '../../kernel/config/config.js';
import { DEFAULT_SESSION } from '../../kernel/identifiers/session-name.js';
import { keyOf } from './request-key.js';
import { type GuardedRequest, REQUIREMENT, type Requirement, type ScopeRequirement } from './requirements.js';

/** Checks the key or token of each request, and the scope of its route. Without API_KEY, all requests are allowed. */
@Injectable()
export class AccessGuard implements CanActivate {
  private readonly masterHash: Buffer | null;

  constructor(
    { API_KEY }: Config,
    private readonly reflector: Reflector,
    private readonly known: ApiKeyCache,
    private readonly limits: KeyLimits,
    private readonly tokens: AccessTokens,
    private readonly tickets: StreamTicketsRepository,
  ) {
    this.masterHash = API_KEY ? hashOfKey(API_KEY) : null;
  }

  /**
   * @throws KeyMissing, KeyInvalid, TicketInvalid, ScopeMissing, SessionNotAllowed, TooManyRequests,
   *   AuthorizationServerUnavailable
   */
  canActivate(context: ExecutionContext): true | Promise<true> {
    const targets = [context.getHandler(), context.getClass()];
    const requirement = this.reflector.getAllAndOverride<Requirement>(REQUIREMENT, targets);
    const request = context.switchToHttp().getRequest<GuardedRequest>();
    if (requirement === 'public') return true;
    if (!this.masterHash) return admit(request, requirement, ANONYMOUS_ACCESS);
    const text = keyOf(request.headers);
    const id = text === null ? null : idOfKey(text);
    if (text !== null && id === null && isKey(text, this.masterHash))
      return admit(request, requirement, MASTER_ACCESS);
    if (text === null || id === null) {
      if (requirement.orToken) return admit(request, requirement, null);
      const { ticket } = request.query;
      if (requirement.orTicket && text === null && typeof ticket === 'string')
        return this.admitTicket(request, requirement, ticket);
      return this.admitToken(request, requirement, text);
    }
    const known = this.known.peek(id);
    if (known !== undefined) return this.admitKey(request, requirement, text, known);
    return this.known.load(id).then((loaded) => this.admitKey(request, requirement, text, loaded));
  }

  /** Admits an access token, or throws an error that refers to the authorization server. */
  private admitToken(
    request: GuardedRequest,
    requirement: ScopeRequirement,
    text: string | null,
  ): Promise<true> {
    const { orAccessToken, scope } = requirement;
    const challenge = orAccessToken ? this.tokens.challenge : '';
    if (text === null) throw new KeyMissing(challenge);
    if (!orAccessToken || !this.tokens.accepts(text)) throw new KeyInvalid(challenge);
    return this.tokens.verify(text).then(({ access, budget }) => {
      setLimitHeaders(request, budget);
      if (scope && !access.has(scope)) throw new ScopeMissing(scope, challenge);
      return admit(request, requirement, access);
    });
  }

  private admitKey(
    request: GuardedRequest,
    requirement: ScopeRequirement,
    text: string,
    known: CachedKey | null,
  ): true {
    if (!known || !isKey(text, known.key.hash) || isExpired(known.key)) throw new KeyInvalid();
    return this.admitKnown(request, requirement, known);
  }

  /** Admits a request with the permissions of the key that created the ticket. */
  private async admitTicket(
    request: GuardedRequest,
    requirement: ScopeRequirement,
    text: string,
  ): Promise<true> {
    const ticket = TICKET.test(text) ? await this.tickets.take(hashOfKey(text)) : null;
    if (!ticket || ticket.session !== (request.params.session ?? DEFAULT_SESSION)) throw new TicketInvalid();
    if (ticket.keyId === null) return admit(request, requirement, MASTER_ACCESS);
    const known = this.known.peek(ticket.keyId) ?? (await this.known.load(ticket.keyId));
    if (!known || isExpired(known.key)) throw new TicketInvalid();
    return this.admitKnown(request, requirement, known);
  }

  private admitKnown(request: GuardedRequest, requirement: ScopeRequirement, known: CachedKey): true {
    setLimitHeaders(request, this.limits.count(known.key));
    this.known.recordUse(known.key);
    return admit(request, requirement, known.access);
  }
}

function setLimitHeaders({ res }: GuardedRequest, budget: KeyBudget | null): void {
  if (budget) res?.set(rateLimitHeaders(budget));
}

function admit(
  request: GuardedRequest,
  { scope, acrossSessions }: ScopeRequirement,
  access: Access | null,
): true {
  request.access = access;
  if (!access) return true;
  if (scope && !access.has(scope)) throw new ScopeMissing(scope);
  const { sessions } = access;
  const { session = DEFAULT_SESSION } = request.params;
  if (sessions && !acrossSessions && !sessions.includes(session))
    throw new SessionNotAllowed(session, sessions);
  return true;
}
