import type { ExportedContact } from '../../contacts/read/contact-export.repository.js';
import { isInvisible } from '../../contacts/search/search-key.js';

/** The names of a contact as address books store them. Empty: none. */
export interface ExportedName {
  /** Never empty or invisible. */
  shown: string;
  given: string;
  family: string;
  /** The push name, unless it is `shown`. */
  nickname: string;
  organization: string;
}

const LINE_BREAK = /\r\n?|[\u0085\u2028\u2029]/g;

/** Control characters except tab and line feed. RFC 6350 forbids most of them in values. */
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** Returns the names of a contact. The number replaces missing names, and the LID replaces a missing number. */
export function nameOf(contact: ExportedContact): ExportedName {
  const { phone, lid } = contact;
  const whole = visibleText(contact.full_name);
  const first = visibleText(contact.first_name);
  const pushName = visibleText(contact.push_name);
  const organization = visibleText(contact.business_name);
  const shown =
    [whole, first, pushName, organization, visibleText(contact.username)].find(Boolean) ??
    (phone ? `+${phone}` : (lid ?? ''));
  const nickname = pushName === shown ? '' : pushName;
  return { shown, ...partsOf(whole, first, shown), nickname, organization };
}

/** The phone stores only full and first name; the rest is the family name. */
function partsOf(whole: string, first: string, shown: string): { given: string; family: string } {
  const isSplit = first !== '' && whole.startsWith(`${first} `);
  if (!isSplit) return { given: whole || first || shown, family: '' };
  return { given: first, family: visibleText(whole.slice(first.length + 1)) };
}

/** Returns a text without control characters, and with LF as its only line break. Empty if nothing in it is visible. */
export function visibleText(text: string | null): string {
  const clean = (text ?? '').replace(LINE_BREAK, '\n').replace(CONTROL, '').trim();
  return isInvisible(clean) ? '' : clean;
}
