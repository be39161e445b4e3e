/** Part of a text, as indexes of UTF-16 code units. `end` is exclusive. */
export interface Range {
  start: number;
  end: number;
}

/** Characters that searches ignore: accents, quotation marks and invisible characters. */
const IGNORED = /[\p{M}\p{Cf}"'`´«»ʹ-ʿ‘-‟′-‷‹›「-』]/gu;

/** Letters that do not decompose. */
const LETTERS: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  þ: 'th',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  ħ: 'h',
  ı: 'i',
  ŧ: 't',
  ς: 'σ',
};

/** Second spellings of letters, in decomposed form. */
const SECOND_SPELLINGS: Readonly<Record<string, string>> = {
  'a\u0308': 'ae',
  'o\u0308': 'oe',
  'u\u0308': 'ue',
  ø: 'oe',
  'a\u030A': 'aa',
};

/** Letters of any script, with the marks that follow them. */
const CHARACTERS = /\P{M}\p{M}*|\p{M}+/gu;

const SEPARATORS = /[\s().\-/+]/g;
const TRUNK_PREFIX = /(?<=\d\s*)\(0\)/g;

/** A text as searches compare it. Contains the position in the original for each of its code units. */
interface Folded {
  text: string;
  starts: number[];
  ends: number[];
}

/**
 * Finds the parts of a name that match a search. Compares as the service does: ignores case, accents and quotation
 * marks, and matches umlauts in both spellings.
 *
 * @returns sorted, without overlaps
 */
export function matchesInName(name: string, search: string): Range[] {
  const words = search.trim().split(/\s+/).filter(Boolean);
  const keys = words.flatMap((word) => {
    const plain = word.replace(/^@(?=.)/, '');
    return [fold(plain).text, fold(plain, SECOND_SPELLINGS).text];
  });
  const names = [fold(name), fold(name, SECOND_SPELLINGS)];
  return merge(
    [...new Set(keys)].filter(Boolean).flatMap((key) => names.flatMap((folded) => find(folded, key))),
  );
}

/**
 * Finds the part of a formatted phone number that matches a search for a number in any form.
 *
 * @returns an empty array if the search is not a number
 */
export function matchesInNumber(formatted: string, search: string): Range[] {
  const typed = search.trim().replace(TRUNK_PREFIX, '').replace(SEPARATORS, '').replace(/^0+/, '');
  if (!/^\d+$/.test(typed)) return [];
  const digits: Folded = { text: '', starts: [], ends: [] };
  for (const { 0: digit, index } of formatted.matchAll(/\d/g)) append(digits, digit, index, index + 1);
  return find(digits, typed).slice(0, 1);
}

function fold(text: string, spellings: Readonly<Record<string, string>> = {}): Folded {
  const folded: Folded = { text: '', starts: [], ends: [] };
  for (const { 0: character, index } of text.matchAll(CHARACTERS)) {
    const small = character.normalize('NFKD').toLowerCase();
    const key =
      spellings[small] ?? [...small.replace(IGNORED, '')].map((letter) => LETTERS[letter] ?? letter).join('');
    append(folded, key, index, index + character.length);
  }
  return folded;
}

function append(folded: Folded, key: string, start: number, end: number): void {
  folded.text += key;
  for (let unit = 0; unit < key.length; unit++) {
    folded.starts.push(start);
    folded.ends.push(end);
  }
}

function find({ text, starts, ends }: Folded, key: string): Range[] {
  const found: Range[] = [];
  for (let at = text.indexOf(key); at >= 0; at = text.indexOf(key, at + key.length)) {
    const [start, end] = [starts[at], ends[at + key.length - 1]];
    if (start !== undefined && end !== undefined) found.push({ start, end });
  }
  return found;
}

function merge(ranges: Range[]): Range[] {
  const merged: Range[] = [];
  for (const { start, end } of ranges.toSorted((a, b) => a.start - b.start)) {
    const last = merged.at(-1);
    if (last && start <= last.end) last.end = Math.max(last.end, end);
    else merged.push({ start, end });
  }
  return merged;
}
