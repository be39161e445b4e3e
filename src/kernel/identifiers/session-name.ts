/** The name of a session, 1 to 40 of `a-z`, `0-9` and `-`. It never changes, and is the session's key. */
export type SessionName = string & { readonly __brand: 'SessionName' };

export const SESSION_NAME = /^[a-z0-9-]{1,40}$/;

/** The session that always exists; users with one account never need to know of sessions. */
export const DEFAULT_SESSION = 'default' as SessionName;

export function parseSessionName(text: string): SessionName | null {
  return SESSION_NAME.test(text) ? (text as SessionName) : null;
}

/** Below which the session's routes stand; the default session's stand at the root, too. */
export function pathPrefixOf(session: SessionName): string {
  return session === DEFAULT_SESSION ? '' : `/sessions/${session}`;
}
