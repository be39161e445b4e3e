/**
 * Replaces a segment of the requested path, and keeps the rest of the path and the query. The result is relative to the
 * requested URL, so that it also works behind a proxy that adds a path prefix.
 *
 * @param url path and query of the request
 * @param segment decoded segment of the path
 */
export function relativeLocation(url: string, segment: string, replacement: string): string {
  const [, path = '', query = ''] = /^([^?]*)(.*)$/.exec(url) ?? [];
  const segments = path.split('/');
  const at = segments.findLastIndex((each) => decodeURIComponent(each) === segment);
  const following = segments.slice(at + 1);
  return '../'.repeat(following.length) + [replacement, ...following].join('/') + query;
}
