import { searchKey } from './search-key.js';

const SPACES = /\s/g;

/** A trunk prefix that is not dialed from abroad, as in "+49 (0) 170", without spaces. */
const TRUNK_PREFIX = /(?<=\d)\(0\)/g;

/** Other separators that people and programs write in phone numbers. */
const SEPARATORS = /[().\-/]/g;

/** Arabic-Indic digits and their Persian variants. Search keys contain them unchanged, unlike full-width digits. */
const ARABIC_DIGITS = /[\u0660-\u0669\u06F0-\u06F9]/g;

const ASCII = /^[ -~]*$/;

/** Limit of E.164, including the country code. Address books contain short numbers as well. */
const INTERNATIONAL = /^[1-9]\d{0,14}$/;

/**
 * Returns the digits of a phone number in any form that people and programs write: with `+`, spaces, hyphens, dots,
 * slashes or brackets, with invisible characters, and in full-width digits. Keeps leading zeros.
 *
 * @returns null if the text contains other characters or no digit
 */
export function digitsOf(text: string): string | null {
  const plain = ASCII.test(text) ? text : searchKey(text);
  const digits = plain
    .replace(SPACES, '')
    .replace(TRUNK_PREFIX, '')
    .replace(SEPARATORS, '')
    .replace(/^\+/, '');
  return /^\d+$/.test(digits) ? digits : null;
}

/**
 * Returns the digits of a number with country code in the forms of digitsOf(), after `+`, `00` or neither. Also accepts
 * Arabic digits.
 *
 * @returns null if it is not a number, has no country code, or is too long
 */
export function parseTypedNumber(text: string): string | null {
  const digits = dialedDigits(text).replace(/^00/, '');
  return INTERNATIONAL.test(digits) ? digits : null;
}

/** Returns whether a number starts with a trunk prefix instead of a country code, as in "0170 1234567". */
export function isNational(text: string): boolean {
  return /^0(?!0)/.test(dialedDigits(text));
}

function dialedDigits(text: string): string {
  const toDigit = (character: string) => String(character.charCodeAt(0) & 0xf);
  return digitsOf(text.replace(ARABIC_DIGITS, toDigit)) ?? '';
}
