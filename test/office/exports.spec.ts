import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { jidOf, ServedAddressBook } from '../contacts/served-address-book.js';
import { type Cell, libreOfficePath, open, type Separator } from './libreoffice.js';

const HARMLESS = [
  'Anna Müller',
  'ليلى حسن',
  '漢字',
  '👩‍👩‍👧',
  'a, b; "c"',
  'line 1\nline 2',
  'Anna-Maria',
  'C++',
];
/** Texts that spreadsheets convert. */
const CONVERTIBLE = ['007', '1-2', '1E5', '10%', '2026-01-02', '1/2', 'TRUE'];
const ATTACKS = ['', ' ', '\t', '\n', 'a,', 'a;', 'a\t', 'a\r\n', 'a; ', 'a;"', 'a, "'].flatMap((start) =>
  ['=1+1', '+1+1', '-1+1', '@SUM(1)', '＝1+1'].map((formula) => `${start}${formula}`),
);
const SEPARATORS: Separator[] = [',', ';', 'tab'];

const withLibreOffice = libreOfficePath ? describe : describe.skip;
if (!libreOfficePath)
  console.warn('No LibreOffice: these tests are skipped. Debian: apt-get install libreoffice-calc-nogui');

withLibreOffice('exports in LibreOffice', () => {
  let book: ServedAddressBook;

  beforeAll(async () => {
    book = await ServedAddressBook.start();
    await book.clear();
    const names = [...HARMLESS, ...CONVERTIBLE, ...ATTACKS];
    await book.apply({
      saved: names.map((fullName, i) => ({ address: jidOf(10 + i), fullName, firstName: null })),
    });
  });

  afterAll(() => book.stop());

  const download = async (path: string): Promise<Buffer> => {
    const response = await fetch(`http://127.0.0.1:${book.service.port}${path}`);
    expect(response.status).toBe(200);
    return Buffer.from(await response.arrayBuffer());
  };

  /** The column of a sheet, without its header. */
  const column = (rows: Cell[][] | undefined, name: string): Cell[] => {
    const [head = [], ...records] = rows ?? [];
    const at = head.findIndex(({ text }) => text === name);
    expect([name, at]).not.toEqual([name, -1]);
    return records.map((record) => record[at] as Cell);
  };

  it.each(SEPARATORS)(
    'shows the values and runs no formula of a contact when CSV files are split at "%s"',
    async (separator) => {
      const files: Record<string, Buffer> = {};
      for (const written of SEPARATORS) {
        for (const format of ['own', 'google', 'outlook', 'excel'])
          files[`${format}${written === separator ? '' : SEPARATORS.indexOf(written)}.csv`] = await download(
            `/contacts.csv?bom=true&separator=${written}${format === 'own' ? '' : `&format=${format}`}`,
          );
      }
      const opened = await open(files, separator);
      const formulas = Object.entries(opened).flatMap(([name, rows]) =>
        rows.flat().flatMap(({ formula, text }) => (formula === null ? [] : [{ name, formula, text }])),
      );
      // The format excel contains formulas whose result is a constant text.
      const foreign = formulas.filter(
        ({ name, formula }) =>
          !name.startsWith('excel') || !/^of:=&quot;([^&]|&quot;&quot;)*&quot;$/.test(formula),
      );
      expect(foreign).toEqual([]);
      const shown = expect.arrayContaining(HARMLESS);
      expect(column(opened['own.csv'], 'full_name').map(({ text }) => text)).toEqual(shown);
      expect(column(opened['google.csv'], 'First Name').map(({ text }) => text)).toEqual(shown);
      expect(column(opened['outlook.csv'], 'First Name').map(({ text }) => text)).toEqual(shown);
      expect(column(opened['own.csv'], 'jid')).toHaveLength(
        HARMLESS.length + CONVERTIBLE.length + ATTACKS.length,
      );
    },
  );

  it('keeps numbers and names as text with format=excel', async () => {
    const { 'excel.csv': rows } = await open({ 'excel.csv': await download('/contacts.csv?format=excel') });
    const phones = column(rows, 'phone');
    expect(new Set(phones.map(({ type }) => type))).toEqual(new Set(['string']));
    expect(phones[0]?.text).toBe('491700000010');
    const names = column(rows, 'full_name');
    expect(names.map(({ text }) => text)).toEqual(expect.arrayContaining([...HARMLESS, ...CONVERTIBLE]));
    expect(new Set(names.map(({ type }) => type))).toEqual(new Set(['string']));
  });

  it('shows every value of an Excel workbook as text, unchanged', async () => {
    const { 'contacts.xlsx': rows } = await open({ 'contacts.xlsx': await download('/contacts.xlsx') });
    const phones = column(rows, 'phone');
    expect(phones.map(({ type, text, formula }) => [type, text, formula])).toEqual(
      phones.map((_, i) => ['string', `4917000000${10 + i}`, null]),
    );
    const names = column(rows, 'full_name');
    expect(names.map(({ text }) => text)).toEqual(
      [...HARMLESS, ...CONVERTIBLE, ...ATTACKS].map((name) => name.replaceAll('\r\n', '\n')),
    );
    expect(names.every(({ type, formula }) => type === 'string' && formula === null)).toBe(true);
  });
});
