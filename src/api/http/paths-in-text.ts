const pathsTo = (routes: string) => new RegExp(`(?<=^|[\\s(])/(?=(${routes})([/.,;:?\\s)]|$))`, 'g');

/** Paths of the default session in messages. */
const SESSION_PATHS = pathsTo('session|changes|contacts|getcontacts?');
/** All paths in messages. */
const PATHS = pathsTo('access|changes|contacts|getcontacts?|keys|log-levels|mcp|sessions?|webhooks');

/** Inserts a prefix such as `/sessions/sales` before the paths of the default session in a message. */
export function withPathPrefix(text: string, prefix: string): string {
  return prefix === '' ? text : text.replace(SESSION_PATHS, `${prefix}/`);
}

/** Inserts the path under which a proxy publishes the service before all paths in a message, see basePathOf(). */
export function withBasePath(text: string, basePath: string): string {
  return basePath === '' ? text : text.replace(PATHS, `${basePath}/`);
}

/** As withBasePath(), for the texts of a status. */
export function atBasePath<T extends { reason: string | null; advice?: string | null }>(
  basePath: string,
  status: T,
): T {
  const { reason, advice } = status;
  const withBase = (text: string | null) => text && withBasePath(text, basePath);
  return { ...status, reason: withBase(reason), ...(advice !== undefined && { advice: withBase(advice) }) };
}

/** Returns `/sessions/{name}` from a request path; empty for the default session. */
export function prefixOf(path: string): string {
  return /^\/sessions\/(?!default(\/|$))[a-z0-9-]{1,40}(?=\/|$)/.exec(path)?.[0] ?? '';
}
