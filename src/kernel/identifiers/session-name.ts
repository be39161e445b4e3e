/** The name and key of a session: 1 to 40 characters of `a-z`, `0-9` and `-`. It never changes. */
export type SessionName = string & { readonly __brand: 'SessionName' };

export const SESSION_NAME = /^[a-z0-9-]{1,40}$/;

/** The session that always exists. Users with one account do not need any other. */
export const DEFAULT_SESSION = 'default' as SessionName;

export function parseSessionName(text: string): SessionName | null {
  return SESSION_NAME.test(text) ? (text as SessionName) : null;
}

/** Returns the path prefix of a session's routes; empty for the default session, whose routes are also at the root. */
export function pathPrefixOf(session: SessionName): string {
  return session === DEFAULT_SESSION ? '' : `/sessions/${session}`;
}
