import type { Scope } from './scopes.js';

/** What the caller of a request may do. */
export class Access {
  /**
   * @param scopes null: everything
   * @param sessions null: all sessions
   * @param keyId null: of no key that was created
   */
  constructor(
    private readonly scopes: readonly Scope[] | null,
    readonly sessions: readonly string[] | null,
    readonly keyId: string | null = null,
  ) {}

  has(scope: Scope): boolean {
    return this.scopes === null || this.scopes.includes(scope) || this.scopes.includes('admin');
  }
}

/** Of the key in API_KEY, and of everybody when no keys are in use. */
export const FULL_ACCESS = new Access(null, null);
