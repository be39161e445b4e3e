import { describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import Papa from 'papaparse';
import type { ExportedContact } from '../../contacts/read/contact-export.repository.js';
import { CSV_FORMATS, type CsvOptions, csvWriter, type SeparatorName, SEPARATORS } from './csv.js';

const ANNA: ExportedContact = {
  id: 'c1',
  jid: '491701234567@s.whatsapp.net',
  phone: '491701234567',
  full_name: 'Anna Adler',
  first_name: 'Anna',
  push_name: 'anni',
  business_name: 'Adler; Co',
  is_business: true,
  saved: true,
  about: null,
  updated_at: '2026-01-02T08:30:00Z',
  lid: null,
  username: null,
  photo: null,
};

const NAMES = Object.keys(SEPARATORS) as SeparatorName[];

function write(changes: Partial<ExportedContact>, options: Partial<CsvOptions> = {}): string {
  const { header, toLine } = csvWriter({ format: null, separator: ',', bom: false, ...options });
  return header + toLine({ ...ANNA, ...changes });
}

/** The first record as an object, read by csv-parse. */
function read(text: string, delimiter = ','): Record<string, string> {
  const records: string[][] = parse(text, { delimiter, bom: true });
  const [header = [], record = []] = records;
  expect(record).toHaveLength(header.length);
  return Object.fromEntries(header.map((name, i) => [name, record[i] ?? '']));
}

describe('CSV', () => {
  it('starts with a byte order mark only on request', () => {
    expect(write({}).startsWith('jid,phone,')).toBe(true);
    expect(write({}, { bom: true }).startsWith('\ufeffjid,phone,')).toBe(true);
  });

  it.each(NAMES)('contains the same values with the separator "%s", which parsers detect', (separator) => {
    const changes = { full_name: 'a, b; c\td "e"\nline 2', about: ' Ä 漢 👩‍👩‍👧 ' };
    const text = write(changes, { separator });
    expect(read(text, SEPARATORS[separator])).toMatchObject(changes);
    const detected = Papa.parse<string[]>(text, { skipEmptyLines: true });
    expect(detected.meta.delimiter).toBe(SEPARATORS[separator]);
    expect(detected.data[1]).toEqual(
      expect.arrayContaining(['a, b; c\td "e"\nline 2', 'Adler; Co', '491701234567']),
    );
  });

  describe.each([null, ...CSV_FORMATS])('in the format %s', (format) => {
    it.each(['=', '+', '-', '@', '＝', '＋', '－', '＠'])(
      'contains no cell that starts with "%s", with every separator that a program may use',
      (sign) => {
        const attacks = ['', ' ', '"', '\t', '\r', '\n', 'a,', 'a;', 'a\t', 'a\r\n', 'a; ', 'a;"', 'a, "" '];
        for (const attack of attacks) {
          const bad = `${attack}${sign}1+1`;
          const changes = { full_name: bad, first_name: bad, push_name: bad, business_name: bad, about: bad };
          for (const separator of NAMES) {
            const text = write(changes, { format, separator });
            for (const other of NAMES) expect(formulasIn(text, SEPARATORS[other])).toEqual([]);
          }
        }
      },
    );

    it.each(['a=1', 'anna@example.com', 'Anna-Maria', 'C++', '1 + 1', '👍'])(
      'does not change "%s"',
      (name) => {
        const values = Object.values(read(write({ full_name: name, first_name: null }, { format })));
        expect(values.map((value) => value.replace(/^="(.*)"$/, '$1'))).toContain(name);
      },
    );
  });

  it('contains the columns of a Google Contacts export, and a number with "+"', () => {
    const text = write({}, { format: 'google' });
    expect(text.split('\r\n')[0]).toBe(
      'First Name,Middle Name,Last Name,Phonetic First Name,Phonetic Middle Name,Phonetic Last Name,Name Prefix,' +
        'Name Suffix,Nickname,File As,Organization Name,Organization Title,Organization Department,Birthday,Notes,' +
        'Photo,Labels,Phone 1 - Label,Phone 1 - Value',
    );
    expect(filled(read(text))).toEqual({
      'First Name': 'Anna',
      'Last Name': 'Adler',
      Nickname: 'anni',
      'Organization Name': 'Adler; Co',
      'Phone 1 - Label': 'Mobile',
      'Phone 1 - Value': '+491701234567',
    });
  });

  it('contains the 61 columns of an Outlook.com export, and a number with "+"', () => {
    const text = write({}, { format: 'outlook' });
    expect(Object.keys(read(text))).toHaveLength(61);
    expect(filled(read(text))).toEqual({
      'First Name': 'Anna',
      'Last Name': 'Adler',
      Nickname: 'anni',
      Company: 'Adler; Co',
      'Mobile Phone': '+491701234567',
    });
  });

  it.each(['google', 'outlook'] as const)(
    'contains a name but no number of contacts without one in %s',
    (format) => {
      const contact = {
        jid: null,
        phone: null,
        lid: '123456789012345@lid',
        full_name: '\u200b',
        first_name: null,
      };
      expect(filled(read(write({ ...contact, business_name: null }, { format })))).toEqual({
        'First Name': 'anni',
      });
    },
  );

  it.each(['491701234567', '007', '1-2', '1E5', '10%', 'May 5', '١٢٣', '１２３', 'TRUE', 'false', '4 "x" 4'])(
    'contains "%s" as text in the format excel',
    (value) => {
      const cells = read(write({ phone: value, full_name: value }, { format: 'excel' }));
      expect([cells.phone, cells.full_name]).toEqual(
        Array.from({ length: 2 }, () => `="${value.replaceAll('"', '""')}"`),
      );
    },
  );

  it('contains other values unchanged in the format excel', () => {
    const about = `${'1'.repeat(256)}`;
    const cells = read(write({ about, full_name: 'line 1\nline 2' }, { format: 'excel' }));
    expect(cells).toMatchObject({ jid: ANNA.jid, push_name: 'anni', saved: 'true', about, id: 'c1' });
    expect(cells.full_name).toBe('line 1\nline 2');
  });
});

/** The cells that a program would run as a formula, if it splits lines at this separator and reads quotes leniently. */
function formulasIn(text: string, separator: string): string[] {
  const cells: string[] = [];
  for (const line of text.split(/\r\n|\r|\n/)) {
    for (const cell of line.split(separator)) cells.push(cell.replace(/"/g, '').trim());
  }
  // Numbers with "+" and the texts of the format excel are written by the service.
  return cells.filter((cell) => /^[=+\-@＝＋－＠]/.test(cell) && !/^\+\d+$|^=49\d+$/.test(cell));
}

function filled(record: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== ''));
}
