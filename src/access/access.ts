import type { Scope } from './scopes.js';

/** Permissions of a caller. */
export class Access {
  /**
   * @param scopes null for all
   * @param sessions null for all
   * @param keyId identifies the created key, or the subject of an access token; null for API_KEY, or without keys
   */
  constructor(
    private readonly scopes: readonly Scope[] | null,
    readonly sessions: readonly string[] | null,
    readonly keyId: string | null = null,
  ) {}

  has(scope: Scope): boolean {
    return this.scopes === null || this.scopes.includes(scope) || this.scopes.includes('admin');
  }

  /** Webhooks that the caller may see: none, those of a session, or also those for all sessions. */
  get webhooks(): 'none' | 'session' | 'all' {
    if (!this.has('webhooks:manage')) return 'none';
    return this.sessions === null ? 'all' : 'session';
  }
}

/** Permissions of API_KEY. */
export const MASTER_ACCESS = new Access(null, null);

/** Permissions of all callers if no keys are in use. */
export const ANONYMOUS_ACCESS = new Access(null, null);
