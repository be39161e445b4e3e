/** Paths of this service that stand in sentences for people, as the default session has them. */
const PATH = /(?<=^|[\s(])\/(?=(session|contacts|getcontacts?)([/.,;:?\s)]|$))/g;

/** The sentence with these paths below a prefix, for example `/sessions/sales`. */
export function withPathPrefix(text: string, prefix: string): string {
  return prefix === '' ? text : text.replace(PATH, `${prefix}/`);
}

/** `/sessions/{name}`, where a path begins with it; empty for the default session, whose routes stand at the root, too. */
export function prefixOf(path: string): string {
  return /^\/sessions\/(?!default(\/|$))[a-z0-9-]{1,40}(?=\/|$)/.exec(path)?.[0] ?? '';
}
