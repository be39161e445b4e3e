import { type Lid, parsePhone } from '../../kernel/identifiers/address.js';
import { mobileVariants } from '../../kernel/identifiers/mobile-variants.js';
import { searchKey, secondSpelling, typedLength } from '../search/search-key.js';
import { digitsOf } from '../search/typed-number.js';

/** A JID or LID, as other routes return it. */
const ADDRESS = /^(\d{1,20})@(s\.whatsapp\.net|c\.us|lid)$/;

/** Limits the cost of the query. */
const MAX_TERMS = 8;

/** A trigram index finds shorter terms only at the beginning of a word. */
const ANYWHERE_FROM_LENGTH = 3;

/** LIDs have 14 or 15 digits. Shorter sequences are part of a phone number. */
const LID_DIGITS = /^\d{13,20}$/;

/** Part of a search. One of the keys must match. */
export interface SearchTerm {
  /** Results of searchKey(), not empty. */
  keys: string[];
  /** Matches only at the beginning of a word or number. */
  isPrefix: boolean;
  /** Also matches the contact with this LID. */
  lid: Lid | null;
}

/**
 * Returns the terms of a search, which must all match. Removes separators and leading zeros from phone numbers, because
 * international numbers do not contain them, and `@` from usernames.
 *
 * @returns an empty array if the search contains only characters that keys do not contain, such as quotation marks
 */
export function toSearchTerms(search: string): SearchTerm[] {
  const clean = search.replaceAll('\0', '').toWellFormed().trim();
  const digits = digitsOf(ADDRESS.exec(clean)?.[1] ?? clean)?.replace(/^0+(?=\d)/, '');
  if (digits) return [ofDigits(digits)];
  const texts = clean.split(/\s+/).filter((text) => searchKey(text).trim() !== '');
  return texts.slice(0, MAX_TERMS).map((text) => ofText(text.replace(/^@(?=.)/, '')));
}

function ofDigits(digits: string): SearchTerm {
  const phone = parsePhone(digits);
  return {
    keys: phone ? mobileVariants(phone) : [digits],
    isPrefix: digits.length < ANYWHERE_FROM_LENGTH,
    lid: LID_DIGITS.test(digits) ? (`${digits}@lid` as Lid) : null,
  };
}

/** Names are stored with both spellings of umlauts, so that a search without umlauts needs one key. */
function ofText(text: string): SearchTerm {
  const second = secondSpelling(text);
  return {
    keys: [searchKey(text), ...(second === null ? [] : [searchKey(second)])],
    isPrefix: typedLength(text) < ANYWHERE_FROM_LENGTH,
    lid: null,
  };
}
