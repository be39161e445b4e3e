import {
  CAPITALS,
  DASHES,
  IDEOGRAPHS,
  INVISIBLE,
  LETTERS,
  MARKS,
  OPTIONAL_LETTERS,
  QUOTES,
  SECOND_SPELLINGS,
  SPACES,
  SPELLED_LETTERS,
  SYMBOLS,
} from './characters.js';

type Range = readonly [first: number, last: number];

/** Parses ranges of characters.ts. */
export function toRanges(...tables: string[]): Range[] {
  const ranges = tables.join(' ').trim().split(/\s+/);
  return ranges.map((range) => {
    const [first, last = first] = range.split('-');
    return [parseInt(first!, 16), parseInt(last!, 16)] as const;
  });
}

/** Ranges of characters.ts that the key does not contain. */
export const DROPPED = [MARKS, INVISIBLE, QUOTES, OPTIONAL_LETTERS];

/** Quotation marks that NFKD would replace with a space and a mark. */
export const DROPPED_FIRST = '\u00B4\u0384\u1FBD\u1FBF\u1FFD\u1FFE';

/** Replacements of single characters, after decomposition and ASCII lower case. */
export const REPLACED: ReadonlyMap<string, string> = replacements();

function replacements(): Map<string, string> {
  const pairs = LETTERS.trim().split(/\s+/);
  const letters = new Map(pairs.map((pair) => [...pair] as [string, string]));
  const dashes = toRanges(DASHES).flatMap(([first, last]) => charactersOf(first, last));
  for (const dash of dashes) letters.set(dash, '-');
  const capitals = new Map<string, string>();
  for (const [, first, last, step, distance] of CAPITALS.matchAll(
    /([0-9A-F]+)(?:-([0-9A-F]+))?(?:\/(\d))?([+-]\d+)/g,
  )) {
    for (const capital of charactersOf(
      parseInt(first!, 16),
      parseInt(last ?? first!, 16),
      Number(step ?? 1),
    )) {
      const small = String.fromCodePoint(capital.codePointAt(0)! + Number(distance));
      capitals.set(capital, letters.get(small) ?? small);
    }
  }
  return new Map([...letters, ...capitals]);
}

function charactersOf(first: number, last: number, step = 1): string[] {
  const count = Math.floor((last - first) / step) + 1;
  return Array.from({ length: count }, (_, i) => String.fromCodePoint(first + i * step));
}

/** Returns a character class without brackets. */
function classOf(...tables: string[]): string {
  const escape = (code: number) => `\\u{${code.toString(16)}}`;
  return toRanges(...tables)
    .map(([first, last]) => `${escape(first)}-${escape(last)}`)
    .join('');
}

const ALL_DROPPED = new RegExp(`[${classOf(...DROPPED)}]`, 'gu');
const ALL_DROPPED_FIRST = new RegExp(`[${DROPPED_FIRST}]`, 'gu');
const ALL_SPELLED = new RegExp(`[${Object.keys(SPELLED_LETTERS).join('')}]`, 'gu');
const ALL_IDEOGRAPHS = new RegExp(`[${classOf(IDEOGRAPHS)}]`, 'gu');
const NOT_COUNTED = new RegExp(`[${classOf('300-36F', INVISIBLE, QUOTES)}]`, 'gu');
const ANY_SYMBOL = new RegExp(`[${classOf(SYMBOLS)}]`, 'u');
const ONLY_INVISIBLE = new RegExp(`^[${classOf(INVISIBLE, SPACES)}]*$`, 'u');

/**
 * Returns the form of a name in which searches compare it, as search_key() of the database does: lower case, without
 * accents, vowel signs, quotation marks and invisible characters, and with a space before each ideograph.
 */
export function searchKey(name: string): string {
  const decomposed = name.replace(ALL_DROPPED_FIRST, '').normalize('NFKD');
  const lower = decomposed.replace(/[A-Z]/g, (letter) => letter.toLowerCase()).replace(ALL_DROPPED, '');
  const replaced = Array.from(lower, (character) => REPLACED.get(character) ?? character).join('');
  return replaced
    .replace(ALL_SPELLED, (letter) => SPELLED_LETTERS[letter as keyof typeof SPELLED_LETTERS])
    .replace(ALL_IDEOGRAPHS, ' $&');
}

/**
 * Returns a name with umlauts and similar letters spelled out, as second_spelling() of the database does: Mueller for
 * Müller. Null if it does not contain any.
 */
export function secondSpelling(name: string): string | null {
  const decomposed = name.normalize('NFKD');
  const spelled = SECOND_SPELLINGS.reduce((text, [from, to]) => text.replaceAll(from, to), decomposed);
  return spelled === decomposed ? null : spelled;
}

/** Returns the number of characters as users count them while they type: without accents, but with vowel signs. */
export function typedLength(text: string): number {
  return [...text.normalize('NFKD').replace(NOT_COUNTED, '')].length;
}

/** Returns whether a key contains characters for which the database has an index; see symbols_of(). */
export function hasSymbols(key: string): boolean {
  return ANY_SYMBOL.test(key);
}

/** Returns whether a text consists of white space and characters without a glyph. */
export function isInvisible(text: string): boolean {
  return ONLY_INVISIBLE.test(text);
}
