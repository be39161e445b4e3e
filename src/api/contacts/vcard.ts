import type { ExportedContact } from '../../contacts/read/contact-export.repository.js';

/** Octets of a line, without its line break (RFC 6350, 3.2). */
const MAX_LINE_OCTETS = 75;

/** Control characters, which RFC 6350 allows in no value; tab and line feed are dealt with apart. */
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f]/g;

/** One person as a vCard 4.0 (RFC 6350), with CRLF at the end of each line. */
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
    // RFC 9554; readers of RFC 6350 alone pass over it.
    ...optional('SOCIALPROFILE;SERVICE-TYPE=WhatsApp;VALUE=text', username),
    // Without a number, nothing else tells two people of one name apart.
    ...optional('X-WHATSAPP-LID', phone ? null : lid),
    ...(photo?.type.startsWith('image/') ? [`PHOTO:data:${photo.type};base64,${photo.base64}`] : []),
    `REV:${contact.updated_at.replace(/[-:]/g, '')}`,
    'END:VCARD',
  ];
  return lines.map((line) => `${fold(line)}\r\n`).join('');
}

/** Family and given name. The phone tells the whole and the first name; what else the whole one has is the family's. */
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

/** Breaks a line where it would be too long, never within a character. A continued line begins with a blank. */
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
