import { closest, distance } from 'fastest-levenshtein';

/** Other programs have variables too, so only names that differ by up to two characters count, or by their order. */
const MAX_DISTANCE = 2;
/** Two differences are half of a short name: `HOME` is not `HOST`. */
const MIN_LENGTH = 6;
/** Variables that are similar to settings: those of libpq, a proxy of other programs, and settings in lower case. */
const OTHERS = /^(PG.*|(HTTPS?|ALL|NO|FTP)_PROXY)$/i;

/**
 * Returns a sentence for each variable that is probably a misspelled setting: it is similar to one that is not set.
 *
 * @param valid names of all settings
 */
export function misspelledSettings(env: NodeJS.ProcessEnv, valid: readonly string[]): string[] {
  const known = new Set(valid);
  return Object.keys(env)
    .filter((name) => env[name]?.trim() && !known.has(name) && !OTHERS.test(name))
    .flatMap((name) => {
      const setting = closest(name.toUpperCase(), valid);
      if (!isSimilar(name.toUpperCase(), setting) || env[setting]?.trim()) return [];
      return [`${name} is not a setting. Did you mean ${setting}? Rename it, or unset it.`];
    });
}

function isSimilar(name: string, setting: string): boolean {
  const differences = distance(name, setting);
  return (name.length >= MIN_LENGTH && differences <= MAX_DISTANCE) || sorted(name) === sorted(setting);
}

function sorted(name: string): string {
  return [...name].sort().join('');
}
