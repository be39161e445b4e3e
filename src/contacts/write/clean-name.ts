import { isInvisible } from '../search/search-key.js';

/** UTF-16 code units, like all lengths here. WhatsApp allows 25 for push names; address books allow a few hundred. */
export const MAX_NAME_LENGTH = 1_000;
/** WhatsApp allows 139 for the old format, and fewer for the new one. */
export const MAX_ABOUT_LENGTH = 1_000;
/** WhatsApp allows 30. A longer one is not a username. */
export const MAX_USERNAME_LENGTH = 64;

/** Postgres cannot store NUL. The others are invisible, and some control terminals. Excludes tabs and line breaks. */
const CONTROL_CHARACTERS = /[\0-\x08\x0B\x0C\x0E-\x1F\x7F-\x9F]/g;

/** Truncation moves back by at most this much to avoid splitting a user-perceived character, such as a family emoji. */
const MAX_GRAPHEME_LENGTH = 64;

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/**
 * Returns a name as stored: without control characters and lone surrogates, and truncated to MAX_NAME_LENGTH.
 *
 * @returns null if only white space and invisible characters remain, so that they do not replace a name
 */
export function cleanName(name: string | null | undefined): string | null {
  const clean = cleanText(name ?? '', MAX_NAME_LENGTH);
  return isInvisible(clean) ? null : clean;
}

/** Returns an about text or an emoji as stored; see cleanName(). An empty text remains empty. */
export function cleanAbout(text: string): string {
  return cleanText(text, MAX_ABOUT_LENGTH);
}

/**
 * Returns a username as stored, without a leading `@`.
 *
 * @returns null for text that is not a username: empty, or longer than MAX_USERNAME_LENGTH
 */
export function cleanUsername(name: string | null): string | null {
  if (!name || name.length > MAX_USERNAME_LENGTH + 1) return null;
  const clean = cleanName(name.replace(/^@/, ''));
  return clean && clean.length <= MAX_USERNAME_LENGTH ? clean : null;
}

function cleanText(text: string, maxLength: number): string {
  // Avoids processing all of an extremely long text.
  const start = text.length > 2 * maxLength ? cut(text, 2 * maxLength) : text;
  const clean = start.replace(CONTROL_CHARACTERS, '').toWellFormed();
  return clean.length > maxLength ? cut(clean, maxLength) : clean;
}

/** Returns the first `length` code units, or fewer, so that no character is split. */
function cut(text: string, length: number): string {
  const start = text.slice(0, length + MAX_GRAPHEME_LENGTH);
  const boundary = graphemes.segment(start).containing(length)?.index ?? length;
  if (boundary >= length - MAX_GRAPHEME_LENGTH) return text.slice(0, boundary);
  const isSurrogatePair = /^[\uDC00-\uDFFF]/.test(text.charAt(length));
  return text.slice(0, isSurrogatePair ? length - 1 : length);
}
