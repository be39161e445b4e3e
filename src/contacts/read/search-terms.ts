/** Digits with separators of phone numbers. */
const TYPED_NUMBER = /^[\d\s()+./-]*\d[\d\s()+./-]*$/;

/** Limits the cost of the query. */
const MAX_TERMS = 8;

/** A trigram index finds fewer characters only at the beginning of a word. */
const ANYWHERE_FROM_LENGTH = 3;

export interface SearchTerm {
  text: string;
  /** Matches only at the beginning of a word or number. */
  isPrefix: boolean;
}

/**
 * Returns the terms of a search, which must all match. Removes separators and leading zeros from phone numbers, because
 * international numbers do not contain them, and `@` from usernames.
 */
export function toSearchTerms(search: string): SearchTerm[] {
  const clean = search.replaceAll('\0', '').toWellFormed().trim();
  const digits = TYPED_NUMBER.test(clean) ? clean.replace(/\D/g, '').replace(/^0+(?=\d)/, '') : '';
  const texts = digits ? [digits] : clean.split(/\s+/).filter(Boolean).slice(0, MAX_TERMS);
  const names = texts.map((text) => text.replace(/^@(?=.)/, ''));
  return names.map((text) => ({ text, isPrefix: lengthOf(text) < ANYWHERE_FROM_LENGTH }));
}

/** Returns the number of characters without accents, as in search_key() of the database. */
function lengthOf(text: string): number {
  return [...text.normalize('NFKD').replace(/[\u0300-\u036f]/g, '')].length;
}
