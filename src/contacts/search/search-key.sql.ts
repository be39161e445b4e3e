import { IDEOGRAPHS, SECOND_SPELLINGS, SPELLED_LETTERS, SYMBOLS } from './characters.js';
import { DROPPED, DROPPED_FIRST, REPLACED, toRanges } from './search-key.js';

/**
 * First code points of the blocks whose letters are replaced together: frequent and rare Latin letters, Greek, frequent
 * and rare Cyrillic letters, Armenian and Arabic, Georgian and dashes, all others.
 */
const BLOCKS = [0x80, 0x180, 0x370, 0x400, 0x430, 0x530, 0x700, 0x2300, 0x110000];

/** Keeps the lines of migrations short. */
const MAX_LITERAL_LENGTH = 112;

/**
 * Returns the PL/pgSQL body of search_key() in the database, generated from the same tables as searchKey(). Migrations
 * contain a copy, and search-key.integration.spec.ts compares it. After a change of the tables, write a migration that
 * replaces the functions and rebuilds the columns `search_text` and `sort_name`.
 *
 * The body uses only collation C and normalize(). Their results do not depend on the locale of the server and, for
 * assigned characters, not on its version. It calls no other function of the schema, because restores run it without a
 * search path. E'' works with every setting of standard_conforming_strings.
 */
export function searchKeyBody(): string {
  const spelled = Object.entries(SPELLED_LETTERS);
  return `DECLARE
  key text;
BEGIN
  IF octet_length(name) = length(name) THEN
    RETURN translate(lower(name COLLATE "C"), E'\\x22\\x27\\x60', '');
  END IF;
  key := lower(normalize(translate(name, ${literal(DROPPED_FIRST)}, ''), NFKD) COLLATE "C");
  key := regexp_replace(key COLLATE "C",
    ${classOf(...DROPPED)},
    '', 'g');
  IF octet_length(key) = length(key) THEN
    RETURN key;
  END IF;
${replacements().join('\n')}
${spelled.map(([from, to]) => `  key := replace(key, ${literal(from)}, '${to}');`).join('\n')}
  RETURN regexp_replace(key COLLATE "C",
    ${classOf(IDEOGRAPHS)},
    E' \\\\&', 'g');
END`;
}

/** Returns one step for each block, because translate() compares each character with its whole list. */
function replacements(): string[] {
  return BLOCKS.slice(1).map((end, i) => {
    const pairs = [...REPLACED].filter(([from]) => {
      const code = from.codePointAt(0) ?? 0;
      return code >= (BLOCKS[i] ?? 0) && code < end;
    });
    const from = pairs.map(([each]) => each);
    return `  IF key COLLATE "C" ~
    ${lines(['[', ...from, ']'])}
  THEN
    key := translate(key,
    ${lines(from)},
    ${lines(pairs.map(([, each]) => each))});
  END IF;`;
  });
}

/** Returns the PL/pgSQL body of second_spelling(); see secondSpelling(). */
export function secondSpellingBody(): string {
  const replaced = SECOND_SPELLINGS.map(
    ([from, to]) => `  spelling := replace(spelling, ${literal(from)}, '${to}');`,
  );
  return `DECLARE
  decomposed text;
  spelling text;
BEGIN
  IF octet_length(name) = length(name) THEN
    RETURN NULL;
  END IF;
  decomposed := normalize(name, NFKD);
  IF decomposed COLLATE "C" !~ E'[\\\\u0308\\\\u030A\\\\u00D8\\\\u00F8]' THEN
    RETURN NULL;
  END IF;
  spelling := decomposed;
${replaced.join('\n')}
  RETURN nullif(spelling, decomposed);
END`;
}

/** Returns the expression of symbols_of(): the characters of a key that an index of trigrams does not cover. */
export function symbolsExpression(): string {
  return `string_to_array(regexp_replace(key COLLATE "C",
    ${classOf(SYMBOLS).replace('[', '[^').replace(/]'$/, "]+'")},
    '', 'g'), NULL)`;
}

/** Returns a character class as a string constant. */
function classOf(...tables: string[]): string {
  const ranges = toRanges(...tables).map(([first, last]) =>
    first === last ? escape(first) : `${escape(first)}-${escape(last)}`,
  );
  return `E${lines(['[', ...ranges, ']'])}`;
}

/** Returns a string constant. Splits it into lines between parts; Postgres joins them. */
function lines(parts: string[]): string {
  const all = [''];
  for (const part of parts) {
    const isFull = `${all.at(-1)}${part}`.length > MAX_LITERAL_LENGTH;
    if (isFull) all.push(part);
    else all[all.length - 1] += part;
  }
  return all.map((line) => `'${line}'`).join('\n    ');
}

function literal(text: string): string {
  return `E'${text.replace(/[^\x20-\x7E]/g, (character) => escape(character.charCodeAt(0)).slice(1))}'`;
}

/** Escapes a character for a regular expression in an E'' string. */
function escape(code: number): string {
  const hex = code.toString(16).toUpperCase();
  return code > 0xffff ? `\\\\U${hex.padStart(8, '0')}` : `\\\\u${hex.padStart(4, '0')}`;
}
