import type { ExportedContact } from '../../contacts/read/contact-export.repository.js';
import { nameOf, visibleText } from './exported-name.js';

export const VCARD_VERSIONS = ['3.0', '4.0'] as const;
export type VcardVersion = (typeof VCARD_VERSIONS)[number];

/** Maximum length of a line without its line break (RFC 2426, section 2.6; RFC 6350, section 3.2). */
const MAX_LINE_OCTETS = 75;

type Photo = NonNullable<ExportedContact['photo']>;

/** The lines that differ between versions 3.0 (RFC 2426) and 4.0 (RFC 6350). */
const BY_VERSION: Record<
  VcardVersion,
  { phone: string; username: string; toPhoto: (photo: Photo) => string }
> = {
  '3.0': {
    phone: 'TEL;TYPE=CELL',
    username: 'X-WHATSAPP-USERNAME',
    toPhoto: ({ type, base64 }) =>
      `PHOTO;ENCODING=b;TYPE=${type.slice('image/'.length).toUpperCase()}:${base64}`,
  },
  '4.0': {
    // Text, which is the default type. Many programs show the `tel:` of a URI as part of the number.
    phone: 'TEL;TYPE=cell',
    // RFC 9554. Readers that support only RFC 6350 ignore it.
    username: 'SOCIALPROFILE;SERVICE-TYPE=WhatsApp;VALUE=text',
    toPhoto: ({ type, base64 }) => `PHOTO:data:${type};base64,${base64}`,
  },
};

/**
 * Returns a contact as a vCard, with CRLF at the end of each line.
 *
 * @param uuid of the contact
 */
export function toVcard(contact: ExportedContact, version: VcardVersion, uuid: string): string {
  const { phone, lid, photo } = contact;
  const form = BY_VERSION[version];
  const { shown, given, family, nickname, organization } = nameOf(contact);
  const lines = [
    'BEGIN:VCARD',
    `VERSION:${version}`,
    `UID:urn:uuid:${uuid}`,
    `FN:${escape(shown)}`,
    `N:${escape(family)};${escape(given)};;;`,
    ...optional('NICKNAME', nickname),
    ...optional('ORG', organization),
    ...(phone ? [`${form.phone}:+${phone}`, `IMPP:whatsapp:${phone}`] : []),
    ...optional(form.username, visibleText(contact.username)),
    // Distinguishes contacts of the same name that have no number.
    ...optional('X-WHATSAPP-LID', phone ? '' : (lid ?? '')),
    ...(photo?.type.startsWith('image/') ? [form.toPhoto(photo)] : []),
    `REV:${contact.updated_at.replace(/[-:]/g, '')}`,
    'END:VCARD',
  ];
  return lines.map((line) => `${fold(line)}\r\n`).join('');
}

function optional(property: string, text: string): string[] {
  return text ? [`${property}:${escape(text)}`] : [];
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
