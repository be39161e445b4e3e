/** Digits, with what people write between the digits of a number. */
const TYPED_NUMBER = /^[\d\s()+./-]*\d[\d\s()+./-]*$/;

/** More would only make the query slow. */
const MAX_TERMS = 8;

/** An index of trigrams finds three characters anywhere; fewer only where a word begins. */
const ANYWHERE_FROM_LENGTH = 3;

export interface SearchTerm {
  text: string;
  /** Found only at the beginning of a word, or of the number. */
  isPrefix: boolean;
}

/**
 * What somebody typed, as terms that must all be found. A number may be written in any way; its leading zeros (of
 * long-distance dialling) stand in no international number. User names are found with their `@` and without.
 */
export function toSearchTerms(search: string): SearchTerm[] {
  const clean = search.replaceAll('\0', '').toWellFormed().trim();
  const digits = TYPED_NUMBER.test(clean) ? clean.replace(/\D/g, '').replace(/^0+(?=\d)/, '') : '';
  const texts = digits ? [digits] : clean.split(/\s+/).filter(Boolean).slice(0, MAX_TERMS);
  const names = texts.map((text) => text.replace(/^@(?=.)/, ''));
  return names.map((text) => ({ text, isPrefix: lengthOf(text) < ANYWHERE_FROM_LENGTH }));
}

/** Characters that are left without accents, as search_key() of the database counts them. */
function lengthOf(text: string): number {
  return [...text.normalize('NFKD').replace(/[\u0300-\u036f]/g, '')].length;
}
