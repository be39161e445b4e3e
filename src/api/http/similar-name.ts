import { closest, distance } from 'fastest-levenshtein';

/**
 * Returns the valid name that a misspelled one is similar to: up to half of the characters differ, as in `expires` and
 * `expires_at`. Null if there is none.
 */
export function similarName(name: string, valid: readonly string[]): string | null {
  const similar = closest(name, valid);
  return distance(name, similar) <= Math.max(name.length, similar.length) / 2 ? similar : null;
}
