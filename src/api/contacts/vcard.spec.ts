import { describe, expect, it } from '@jest/globals';
import ICAL from 'ical.js';
import { parse as parseVcard } from 'vcard4';
import VCard from 'vcf';
import { readVcards } from '../../../test/support/vcard-reader.js';
import type { ExportedContact } from '../../contacts/read/contact-export.repository.js';
import { toVcard, VCARD_VERSIONS, type VcardVersion } from './vcard.js';

const UUID = '2f1f5ab2-6f53-5d3c-8f0e-0f6f1a1a1a1a';

const UNKNOWN: ExportedContact = {
  id: 'c1',
  jid: '491701234567@s.whatsapp.net',
  phone: '491701234567',
  full_name: null,
  first_name: null,
  push_name: null,
  business_name: null,
  is_business: null,
  saved: false,
  about: null,
  updated_at: '2026-01-02T08:30:00Z',
  lid: null,
  username: null,
  photo: null,
};

const card = (changes: Partial<ExportedContact>, version: VcardVersion = '4.0') =>
  toVcard({ ...UNKNOWN, ...changes }, version, UUID);

/** The values of a property, read by this repository's own strict reader. */
const read = (text: string, name: string) =>
  readVcards(text)[0]?.find((property) => property.name === name)?.values;

/** The value of a property, read by ical.js. It keeps the backslash of `\\;` in texts of version 3.0. */
const byIcal = (text: string, name: string) =>
  new ICAL.Component(ICAL.parse(text) as [string, [], []]).getFirstPropertyValue(name);

const byVcf = (text: string, name: string) => VCard.parse(text)[0]?.get(name)?.valueOf();

describe.each(VCARD_VERSIONS)('a vCard %s', (version) => {
  it.each(['491701234567', '5511987654321', '2250708139912', '13105550123'])(
    'contains +%s as a number that ical.js and vcf return without a scheme',
    (phone) => {
      const text = card({ phone, full_name: 'Anna' }, version);
      expect(byIcal(text, 'tel')).toBe(`+${phone}`);
      expect(byVcf(text, 'tel')).toBe(`+${phone}`);
      expect(text).not.toContain('tel:');
      expect(byIcal(text, 'version')).toBe(version);
    },
  );

  it('contains the UUID and the time of the last change', () => {
    const text = card({ full_name: 'Anna' }, version);
    expect(byIcal(text, 'uid')).toBe(`urn:uuid:${UUID}`);
    expect(byVcf(text, 'rev')).toBe('20260102T083000Z');
  });

  it('contains the same names in every parser', () => {
    const text = card(
      {
        full_name: 'Anna; Maria, "Ä" \\ Adler\r\nline 2',
        first_name: 'Anna; Maria,',
        push_name: 'anni, a;b',
        business_name: 'Adler; Söhne, GmbH',
      },
      version,
    );
    const shown = byIcal(text, 'fn') as string;
    expect(shown.replace('\\;', ';')).toBe('Anna; Maria, "Ä" \\ Adler\nline 2');
    expect(read(text, 'FN')).toEqual(['Anna; Maria, "Ä" \\ Adler\nline 2']);
    expect(byIcal(text, 'n')).toEqual(['"Ä" \\ Adler\nline 2', 'Anna; Maria,', '', '', '']);
    expect(read(text, 'NICKNAME')).toEqual(['anni, a;b']);
    expect(read(text, 'ORG')).toEqual(['Adler; Söhne, GmbH']);
  });

  it.each([
    ['Latin letters', 'x'.repeat(300)],
    ['two octets', 'ü'.repeat(150)],
    ['three octets', '漢'.repeat(100)],
    ['emoji', '👩‍👩‍👧'.repeat(30)],
    ['escaped characters', ',\\\n'.repeat(60).trim()],
  ])('folds long lines of %s at 75 octets, within no character', (_, name) => {
    const text = card({ full_name: name }, version);
    for (const line of text.split('\r\n')) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
    expect(text).not.toContain('\ufffd');
    expect(byIcal(text, 'fn')).toBe(name);
  });

  it.each([
    ['a zero-width space', '\u200b'],
    ['a word joiner and a byte order mark', '\u2060\ufeff'],
    ['direction marks', '\u200e\u200f\u202a'],
    ['Hangul fillers', '\u3164\uffa0\u115f'],
    ['a soft hyphen', '\u00ad'],
    ['variation selectors', '\ufe0f\u{e0100}'],
    ['tags', '\u{e0041}\u{e007f}'],
    ['a blank Braille pattern', '\u2800'],
    ['no-break spaces', '\u00a0\u202f\u3000'],
    ['line separators', '\u2028\u2029\u0085'],
    ['control characters', '\u0001\u009f'],
  ])('does not use names of %s', (_, invisible) => {
    const names = { full_name: invisible, first_name: invisible, business_name: invisible };
    const named = card({ ...names, push_name: 'anni' }, version);
    expect([read(named, 'FN'), read(named, 'N')]).toEqual([['anni'], ['', 'anni', '', '', '']]);
    expect([read(named, 'NICKNAME'), read(named, 'ORG')]).toEqual([undefined, undefined]);
    const nameless = card({ ...names, push_name: invisible, username: invisible }, version);
    expect(read(nameless, 'FN')).toEqual(['+491701234567']);
    expect(read(nameless, 'N')).toEqual(['', '+491701234567', '', '', '']);
    const unknown = { jid: null, phone: null, lid: '123456789012345@lid', push_name: invisible };
    expect(read(card({ ...names, ...unknown }, version), 'FN')).toEqual(['123456789012345@lid']);
  });

  it.each(['👩‍👩‍👧', 'می‌خواهم', '123', '.', '\uf8ff'])('uses the visible name "%s"', (name) => {
    expect(read(card({ full_name: name, push_name: 'other' }, version), 'FN')).toEqual([name]);
  });

  it('separates lines only by CRLF, also for parsers that know other line breaks', () => {
    const text = card({ full_name: 'a\u2028b\u0085c\u000bd\u000ce\rf' }, version);
    expect(read(text, 'FN')).toEqual(['a\nb\ncde\nf']);
    expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n\u000b\u000c\u0085\u2028\u2029]/);
  });
});

describe('the form of each version', () => {
  const photo = { type: 'image/jpeg', base64: Buffer.alloc(200, 7).toString('base64') };
  const unfolded = (text: string) => text.replaceAll('\r\n ', '').split('\r\n');

  it('contains the picture as a data URI in version 4.0', () => {
    const text = card({ full_name: 'Anna', photo });
    expect(unfolded(text)).toContain(`PHOTO:data:image/jpeg;base64,${photo.base64}`);
    expect(byIcal(text, 'photo')).toBe(`data:image/jpeg;base64,${photo.base64}`);
  });

  it.each([
    ['image/jpeg', 'JPEG'],
    ['image/png', 'PNG'],
    ['image/webp', 'WEBP'],
  ])('contains the picture of type %s as bytes of type %s in version 3.0', (type, name) => {
    const text = card({ full_name: 'Anna', photo: { ...photo, type } }, '3.0');
    expect(unfolded(text)).toContain(`PHOTO;ENCODING=b;TYPE=${name}:${photo.base64}`);
    expect(byIcal(text, 'photo')).toMatchObject({ icaltype: 'binary', value: photo.base64 });
  });

  it('omits data that is not a picture', () => {
    const other = { ...photo, type: 'application/octet-stream' };
    for (const version of VCARD_VERSIONS) expect(card({ photo: other }, version)).not.toContain('PHOTO');
  });

  it('contains usernames as a social profile in version 4.0, and as an extension in version 3.0', () => {
    const contact = { full_name: 'Anna', username: 'anna.adler' };
    expect(card(contact)).toContain('\r\nSOCIALPROFILE;SERVICE-TYPE=WhatsApp;VALUE=text:anna.adler\r\n');
    expect(card(contact, '3.0')).toContain('\r\nX-WHATSAPP-USERNAME:anna.adler\r\n');
  });

  it('is accepted by a strict parser of version 4.0', () => {
    const { parsedVcard } = parseVcard(
      card({ full_name: 'Anna Adler', first_name: 'Anna', photo }),
    ) as unknown as {
      parsedVcard: { property: string; value: unknown }[];
    };
    const values = new Map(parsedVcard.map(({ property, value }) => [property, value]));
    expect(values.get('TEL')).toBe('+491701234567');
    expect(values.get('UID')).toBe(`urn:uuid:${UUID}`);
    expect(values.get('N')).toMatchObject({ familyNames: 'Adler', givenNames: 'Anna' });
  });
});
