import type { ExportedContact } from '../../contacts/read/contact-export.repository.js';

/** Maximum length of a line without its line break (RFC 6350, section 3.2). */
const MAX_LINE_OCTETS = 75;

/** Control characters that RFC 6350 forbids in values, except tab and line feed. */
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f]/g;

/** Returns a contact as a vCard 4.0 (RFC 6350), with CRLF at the end of each line. */
export function toVcard(contact: ExportedContact): string {
  const { phone, lid, username, push_name: pushName, business_name: businessName, photo } = contact;
  const names = [contact.full_name, contact.first_name, pushName, businessName, username];
  const shown = names.map(clean).find(Boolean);
  const lines = [
    'BEGIN:VCARD',
    'VERSION:4.0',
    `FN:${escape(shown ?? (phone ? `+${phone}` : (lid ?? '')))}`,
    `N:${nameParts(contact, shown ?? '')
      .map(escape)
      .join(';')};;;`,
    ...optional('NICKNAME', clean(pushName) === shown ? null : pushName),
    ...optional('ORG', businessName),
    ...(phone ? [`TEL;VALUE=uri;TYPE=cell:tel:+${phone}`, `IMPP:whatsapp:${phone}`] : []),
    // RFC 9554. Readers that support only RFC 6350 ignore it.
    ...optional('SOCIALPROFILE;SERVICE-TYPE=WhatsApp;VALUE=text', username),
    // Distinguishes contacts of the same name that have no number.
    ...optional('X-WHATSAPP-LID', phone ? null : lid),
    ...(photo?.type.startsWith('image/') ? [`PHOTO:data:${photo.type};base64,${photo.base64}`] : []),
    `REV:${contact.updated_at.replace(/[-:]/g, '')}`,
    'END:VCARD',
  ];
  return lines.map((line) => `${fold(line)}\r\n`).join('');
}

/** Returns family name and given name. The phone stores only full and first name; the rest is the family name. */
function nameParts(
  { full_name: fullName, first_name: firstName }: ExportedContact,
  shown: string,
): [string, string] {
  const whole = clean(fullName);
  const given = clean(firstName);
  if (!whole || !given) return ['', whole || given || shown];
  return whole.startsWith(`${given} `) ? [whole.slice(given.length + 1).trim(), given] : ['', whole];
}

function optional(property: string, value: string | null): string[] {
  const text = clean(value);
  return text ? [`${property}:${escape(text)}`] : [];
}

function clean(text: string | null): string {
  return (text ?? '').replace(/\r\n?/g, '\n').replace(CONTROL, '').trim();
}

function escape(text: string): string {
  return text.replace(/[\\,;]/g, '\\$&').replaceAll('\n', '\\n');
}

/** Folds long lines, never within a character. Continuation lines start with a space. */
function fold(line: string): string {
  if (Buffer.byteLength(line) <= MAX_LINE_OCTETS) return line;
  const octets = Buffer.from(line);
  const parts: string[] = [];
  for (let start = 0; start < octets.length;) {
    let end = Math.min(start + MAX_LINE_OCTETS - (start > 0 ? 1 : 0), octets.length);
    while (end < octets.length && ((octets[end] ?? 0) & 0xc0) === 0x80) end -= 1;
    parts.push(octets.toString('utf8', start, end));
    start = end;
  }
  return parts.join('\r\n ');
}
