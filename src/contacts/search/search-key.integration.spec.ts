import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { SearchFolds1800000024000 } from '../../../migrations/1800000024000-search-folds.js';
import { TestAddressBook } from '../../../test/support/test-address-book.js';
import { hasSymbols, searchKey, secondSpelling } from './search-key.js';
import { searchKeyBody, secondSpellingBody, symbolsExpression } from './search-key.sql.js';

let book: TestAddressBook;

beforeAll(async () => {
  book = await TestAddressBook.create();
  await book.clear();
});

afterAll(() => book.drop());

interface Keys {
  key: string;
  spelling: string | null;
  has_symbols: boolean;
}

function keysInDatabase(names: string[]): Promise<Keys[]> {
  return book.dataSource.query<Keys[]>(
    `SELECT search_key(name) AS key, second_spelling(name) AS spelling,
       symbols_of(search_key(name)) <> '{}' AS has_symbols
     FROM unnest($1::text[]) WITH ORDINALITY AS names (name, place) ORDER BY place`,
    [names],
  );
}

/**
 * Postgres and Node.js have different versions of Unicode, so that either one may not decompose a character that a
 * version after 13 has added. There are none in the scripts below.
 */
const SCRIPTS = [
  [0x20, 0x7e],
  [0xa0, 0x24f],
  [0x2b0, 0x5ff],
  [0x600, 0x6ff],
  [0x900, 0xdff],
  [0xe00, 0x109f],
  [0x1100, 0x11ff],
  [0x13a0, 0x13ff],
  [0x1ab0, 0x1abd],
  [0x1d00, 0x1fff],
  [0x2000, 0x206f],
  [0x20a0, 0x2bff],
  [0x2c60, 0x2c7f],
  [0x3000, 0x33ff],
  [0x4e00, 0x4eff],
  [0xa640, 0xa69f],
  [0xac00, 0xacff],
  [0xf900, 0xfaff],
  [0xfb00, 0xfdff],
  [0xfe00, 0xffff],
  [0x10400, 0x1044f],
  [0x1d400, 0x1d7ff],
  [0x1e900, 0x1e943],
  [0x1f300, 0x1faff],
  [0xe0000, 0xe01ef],
] as const;

describe('the normalization of names in the database', () => {
  it('equals what the current tables generate', async () => {
    const bodies = await book.dataSource.query<{ prosrc: string }[]>(
      `SELECT prosrc FROM pg_proc WHERE proname IN ('search_key', 'second_spelling') ORDER BY proname DESC`,
    );
    expect(bodies.map(({ prosrc }) => prosrc)).toEqual([secondSpellingBody(), searchKeyBody()]);
    await book.dataSource.query(
      `CREATE FUNCTION symbols_now(key text) RETURNS text[] LANGUAGE sql RETURN ${symbolsExpression()}`,
    );
    const [symbols] = await book.dataSource.query<[{ installed: string; current: string }]>(
      `SELECT pg_get_function_sqlbody('symbols_of(text)'::regprocedure) AS installed,
         pg_get_function_sqlbody('symbols_now(text)'::regprocedure) AS current`,
    );
    expect(symbols.installed).toBe(symbols.current);
  });

  it('returns the same as its copy for any name', async () => {
    const character = fc.oneof(
      ...SCRIPTS.map(([min, max]) => fc.integer({ min, max }).map((code) => String.fromCodePoint(code))),
      fc.constantFrom('a\u0308', 'ß', 'ẞ', 'Ø', '’', '´', '\u200d', 'ς', 'İ'),
    );
    const names = fc.sample(
      fc.string({ unit: character, minLength: 1, maxLength: 12 }).filter((name) => name.isWellFormed()),
      20_000,
    );
    const actual = await keysInDatabase(names);
    const expected = names.map((name) => {
      const key = searchKey(name);
      return { key, spelling: secondSpelling(name), has_symbols: hasSymbols(key) };
    });
    const different = names.flatMap((name, i) => {
      const [left, right] = [JSON.stringify(actual[i]), JSON.stringify(expected[i])];
      return left === right ? [] : [{ name, database: left, code: right }];
    });
    expect(different.slice(0, 5)).toEqual([]);
  });

  it('returns the same with other settings of the session', async () => {
    await book.dataSource.transaction(async (tx) => {
      await tx.query(`SET LOCAL DateStyle = 'ISO, DMY'; SET LOCAL search_path = ''`);
      const [row] = await tx.query<[{ key: string }]>(`SELECT public.search_key('Straße ÀÉ') AS key`);
      expect(row.key).toBe('strasse ae');
    });
  });
});

describe('the migration', () => {
  it('updates the keys of existing contacts and removes invisible names', async () => {
    const migration = new SearchFolds1800000024000();
    await book.dataSource.transaction((tx) => migration.down(tx.queryRunner!));
    await book.dataSource.query(
      `INSERT INTO contact (account_id, jid, full_name, push_name, push_name_at) VALUES
         ($1, '491700000001@s.whatsapp.net', 'Dörte O’Neill', 'D', now()),
         ($1, '491700000002@s.whatsapp.net', e'\\u3164', e'\\u200b\\u2800', now()),
         ($1, '491700000003@s.whatsapp.net', e'\\u200eAnna', ' ', now())`,
      [book.accountId],
    );
    await book.dataSource.transaction((tx) => migration.up(tx.queryRunner!));
    expect(
      await book.dataSource.query(
        `SELECT full_name, push_name, push_name_at IS NULL AS is_never, sort_name, trim(search_text, e' \\n') AS text
         FROM contact ORDER BY jid`,
      ),
    ).toEqual([
      {
        full_name: 'Dörte O’Neill',
        push_name: 'D',
        is_never: false,
        sort_name: 'dorte oneill',
        text: expect.stringMatching(/^dorte oneill\n doerte oneill\n[^a-z]*d\n[^a-z]*491700000001$/),
      },
      {
        full_name: null,
        push_name: null,
        is_never: true,
        sort_name: '491700000002@s.whatsapp.net',
        text: '491700000002',
      },
      {
        full_name: '\u200eAnna',
        push_name: null,
        is_never: true,
        sort_name: 'anna',
        text: expect.stringMatching(/^anna/),
      },
    ]);
  });
});
