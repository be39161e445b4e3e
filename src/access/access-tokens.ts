import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { errors as JoseErrors, JWTPayload } from 'jose';
import { Config } from '../kernel/config/config.js';
import { DEFAULT_SESSION, SESSION_NAME } from '../kernel/identifiers/session-name.js';
import { FailureLog } from '../kernel/logging/failure-log.js';
import { Log } from '../kernel/logging/log.js';
import { AuthorizationServerUnavailable, KeyInvalid } from './access.errors.js';
import { Access } from './access.js';
import { AuthorizationServer } from './authorization-server.js';
import type { KeyBudget } from './key-budget.js';
import { KeyLimits } from './key-limits.js';
import type { Scope } from './scopes.js';
import { SigningKeys } from './signing-keys.js';

/** Scopes that access tokens can have. */
export const TOKEN_SCOPES: readonly Scope[] = ['contacts:read', 'session:read'];

/** Claim with the names of the sessions that a token can access. Without it, this is only DEFAULT_SESSION. */
const SESSIONS_CLAIM = 'whatsapp_sessions';
/** Name in the claim for all sessions. It is not a valid name of a session. */
const ALL_SESSIONS = '*';
/** Signatures with asymmetric keys: a shared secret could be confused with a public key. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
const CLOCK_TOLERANCE_SECONDS = 30;
const REQUESTS_PER_MINUTE = 600;
/** Larger tokens are not read. */
const MAX_TOKEN_CHARACTERS = 8_192;
const JWT = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/** Verifies access tokens of the authorization server in OAUTH_ISSUER, which are JWTs (RFC 9068). */
@Injectable()
export class AccessTokens {
  private readonly failure = new FailureLog(
    new Log(AccessTokens.name),
    'Reading keys of the authorization server',
  );
  private readonly keys: SigningKeys | null;

  constructor(
    private readonly config: Config,
    private readonly limits: KeyLimits,
  ) {
    const { OAUTH_ISSUER: issuer } = config;
    this.keys = issuer ? new SigningKeys(new AuthorizationServer(issuer)) : null;
  }

  /** Parameters of the challenge in `WWW-Authenticate`; empty without an authorization server. */
  get challenge(): string {
    const { OAUTH_ISSUER, OAUTH_AUDIENCE } = this.config;
    if (!OAUTH_ISSUER || !OAUTH_AUDIENCE) return '';
    return `, resource_metadata="${metadataUrlOf(OAUTH_AUDIENCE)}"`;
  }

  /** Whether a text may be an access token. */
  accepts(text: string): boolean {
    return this.keys !== null && text.length <= MAX_TOKEN_CHARACTERS && JWT.test(text);
  }

  /**
   * Returns the permissions of a token, and counts the request.
   *
   * @throws KeyInvalid, AuthorizationServerUnavailable, TooManyRequests
   */
  async verify(token: string): Promise<{ access: Access; budget: KeyBudget | null }> {
    const claims = await this.readClaims(token);
    const sessions = sessionsOf(claims);
    if (!claims.sub || sessions === undefined) throw new KeyInvalid(this.challenge);
    const id = idOf(claims.sub);
    const budget = this.limits.count({ id, requestsPerMinute: REQUESTS_PER_MINUTE });
    return { access: new Access(scopesOf(claims), sessions, id), budget };
  }

  private async readClaims(token: string): Promise<JWTPayload> {
    const { OAUTH_ISSUER: issuer, OAUTH_AUDIENCE: audience } = this.config;
    if (!this.keys) throw new Error('OAUTH_ISSUER is not set');
    const { errors, jwtVerify } = await import('jose');
    try {
      const { payload } = await jwtVerify(token, await this.keys.getKeySet(), {
        issuer,
        audience,
        algorithms: ALGORITHMS,
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
        requiredClaims: ['exp'],
      });
      this.failure.recovered();
      return payload;
    } catch (error) {
      if (isInvalidToken(error, errors)) throw new KeyInvalid(this.challenge);
      this.failure.failed(error);
      throw new AuthorizationServerUnavailable();
    }
  }
}

/** Returns the URL of the metadata of a resource (RFC 9728, 3.1). */
export function metadataUrlOf(resource: string): string {
  const { origin, pathname } = new URL(resource);
  return `${origin}/.well-known/oauth-protected-resource${pathname === '/' ? '' : pathname}`;
}

/** Returns whether the token caused the error. Other errors are failures to read the keys. */
function isInvalidToken(error: unknown, errors: typeof JoseErrors): boolean {
  return (
    error instanceof errors.JWTClaimValidationFailed ||
    error instanceof errors.JWTExpired ||
    error instanceof errors.JWTInvalid ||
    error instanceof errors.JWSInvalid ||
    error instanceof errors.JWSSignatureVerificationFailed ||
    error instanceof errors.JOSEAlgNotAllowed ||
    error instanceof errors.JOSENotSupported ||
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys
  );
}

/** Reads `scope` (RFC 9068) or `scp` (Microsoft Entra). */
function scopesOf({ scope, scp }: JWTPayload): Scope[] {
  const given = [scope, scp].flat().flatMap((each) => (typeof each === 'string' ? each.split(' ') : []));
  return TOKEN_SCOPES.filter((each) => given.includes(each));
}

/** Returns the sessions that a token can access; null for all, undefined if the claim is invalid. */
function sessionsOf(claims: JWTPayload): string[] | null | undefined {
  const names = claims[SESSIONS_CLAIM];
  if (names === undefined) return [DEFAULT_SESSION];
  if (!Array.isArray(names) || names.length === 0 || !names.every(isSessionClaim)) return undefined;
  return names.includes(ALL_SESSIONS) ? null : names;
}

function isSessionClaim(name: unknown): name is string {
  return typeof name === 'string' && (name === ALL_SESSIONS || SESSION_NAME.test(name));
}

/** Returns the ID of a subject for limits. It has a fixed length, because subjects can contain any text. */
function idOf(subject: string): string {
  return `oauth ${createHash('sha256').update(subject).digest('base64url')}`;
}
