/** Paths of the default session in messages. */
const PATH = /(?<=^|[\s(])\/(?=(session|contacts|getcontacts?)([/.,;:?\s)]|$))/g;

/** Inserts a prefix such as `/sessions/sales` before the paths in a message. */
export function withPathPrefix(text: string, prefix: string): string {
  return prefix === '' ? text : text.replace(PATH, `${prefix}/`);
}

/** Returns `/sessions/{name}` from a request path; empty for the default session. */
export function prefixOf(path: string): string {
  return /^\/sessions\/(?!default(\/|$))[a-z0-9-]{1,40}(?=\/|$)/.exec(path)?.[0] ?? '';
}
