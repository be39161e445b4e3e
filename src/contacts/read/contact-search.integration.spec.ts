import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { TestAddressBook } from '../../../test/support/test-address-book.js';
import { poolOf } from '../../database/postgres-pool.js';
import type { Address, Jid } from '../../kernel/identifiers/address.js';
import { ALL_CONTACTS } from './contact-filter.sql.js';
import { ContactListRepository } from './contact-list.repository.js';

let book: TestAddressBook;
let contacts: ContactListRepository;

beforeAll(async () => {
  book = await TestAddressBook.create();
  contacts = new ContactListRepository(book.dataSource, poolOf(book.dataSource));
});

afterAll(() => book.drop());

beforeEach(() => book.clear());

async function find(search: string): Promise<string[]> {
  const query = { ...ALL_CONTACTS, limit: 100, sort: 'jid', after: null, search, pathPrefix: '' } as const;
  const { items } = await contacts.list(book.accountId, query);
  const found = JSON.parse(`[${items}]`) as { full_name: string | null; push_name: string }[];
  return found.map((each) => each.full_name ?? each.push_name);
}

function save(names: string[]): Promise<unknown> {
  const saved = names.map((fullName, i) => ({
    address: `4917000000${i + 10}@s.whatsapp.net` as Jid,
    fullName,
    firstName: null,
  }));
  return book.apply({ saved });
}

describe('a search', () => {
  it.each<[string, string[]]>([
    ["o'neill", ['O’Neill']],
    ['oneill', ['O’Neill']],
    ['neill', ['O’Neill']],
    ['“o’n”', ['O’Neill']],
    ['mueller', ['Müller', 'Mueller']],
    ['Müller', ['Müller', 'Mueller', 'Muller']],
    ['muller', ['Müller', 'Muller']],
    ['mü', ['Müller', 'Mueller', 'Muller']],
    ['grossmann', ['Weiß-Größmann']],
    ['GROESSMANN weiss', ['Weiß-Größmann']],
    ['Weiß', ['Weiß-Größmann']],
    ['soerensen', ['Sørensen']],
    ['sorensen', ['Sørensen']],
    ['احمد', ['أحمد']],
    ['محمد', ['مُحَمَّد']],
    ['שלום', ['שָׁלוֹם']],
    ['thor', ['Þór']],
    ['oeuvre', ['Œuvre']],
    ['mczero', ['Mc\u200bZero']],
    ['จัย', []],
    ['ชัย', ['สมชัย']],
    ["'", []],
    ['\u200b "', []],
    ['" neill', ['O’Neill']],
    ['👩', ['👩‍👩‍👧 club']],
    ['👩‍👩‍👧', ['👩‍👩‍👧 club']],
  ])('for %s finds %j', async (search, found) => {
    await save([
      ...[
        'O’Neill',
        'Müller',
        'Mueller',
        'Muller',
        'Weiß-Größmann',
        'Sørensen',
        'أحمد',
        'مُحَمَّد',
        'שָׁלוֹם',
        'Þór',
      ],
      ...['Œuvre', 'Mc\u200bZero', 'สมชัย', '👩‍👩‍👧 club'],
    ]);
    expect(await find(search)).toEqual(found);
  });

  it.each([
    ['Benin', '22997123456', '+229 01 97 12 34 56'],
    ['Benin, the other way', '2290197123456', '00229 97 12 34 56'],
    ['Ivory Coast', '22508139912', '+225 07 08 13 99 12'],
    ['Brazil', '5511987654321', '55 11 8765 4321'],
    ['Germany with a trunk prefix', '491701234567', '+49 (0)170 1234567'],
    [
      'Germany with the characters of another program',
      '491701234567',
      '\u202a+49\u2011170\u00a01234567\u202c',
    ],
    ['JID', '491701234567', '491701234567@s.whatsapp.net'],
    ['short number', '12345', '12345'],
  ])('finds a number of the form %s', async (_, number, typed) => {
    await book.apply({
      saved: [
        { address: `${number}@s.whatsapp.net` as Jid, fullName: 'Found', firstName: null },
        { address: '491709999999@s.whatsapp.net' as Jid, fullName: 'Other', firstName: null },
      ],
    });
    expect(await find(typed)).toEqual(['Found']);
  });

  it('covers the first 200 characters of a name, because keys of some characters are expensive', async () => {
    const name = `${'x'.repeat(195)} Anna Zorn`;
    await save([name]);
    expect(await find('anna')).toEqual([name]);
    expect(await find('zorn')).toEqual([]);
  });

  it.each(['81234567890123', '81234567890123@lid'])('finds a contact by its LID %s', async (typed) => {
    const lids = ['81234567890123@lid', '81234567890124@lid'] as Address[];
    await book.apply({
      pushNames: lids.map((address) => ({ address, name: address, observedAt: new Date() })),
    });
    expect(await find(typed)).toEqual(['81234567890123@lid']);
  });
});

describe('an invisible name', () => {
  it.each(['\u200b', '\u3164', '\u2800'])(
    'does not replace a push name or a saved name: %j',
    async (name) => {
      const address = '491701234567@s.whatsapp.net' as Jid;
      const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, seconds));
      await book.apply({ pushNames: [{ address, name: 'anni', observedAt: at(1) }] });
      await book.apply({
        pushNames: [{ address, name, observedAt: at(2) }],
        saved: [{ address, fullName: name, firstName: name }],
        businessNames: [{ address, name }],
      });
      expect(await book.find(address)).toMatchObject({
        ...{ push_name: 'anni', full_name: null, first_name: null, business_name: null, saved: true },
      });
      expect(await find('anni')).toEqual(['anni']);
    },
  );
});

describe('a lookup', () => {
  const [OLD, NEW] = ['22997123456@s.whatsapp.net', '2290197123456@s.whatsapp.net'] as [Jid, Jid];

  it('prefers the requested form of a number to a contact with a name', async () => {
    await book.apply({
      saved: [{ address: OLD, fullName: 'Adjo', firstName: null }],
      abouts: [{ address: NEW, text: 'busy', setAt: null }],
    });
    expect(await book.find(NEW)).toMatchObject({ jid: NEW, about: 'busy', full_name: null });
    expect(await book.find(OLD)).toMatchObject({ jid: OLD, full_name: 'Adjo' });
  });

  it('finds the other form of a number if the requested one is not stored', async () => {
    await book.apply({ saved: [{ address: OLD, fullName: 'Adjo', firstName: null }] });
    expect(await book.find(NEW)).toMatchObject({ jid: OLD, full_name: 'Adjo' });
  });
});
