import { describe, expect, it } from '@jest/globals';
import { beginningOf } from '../../web/contacts/changed-since.js';
import { fileNameOf } from '../../web/contacts/export-file.js';
import { matchesInName, matchesInNumber, type Range } from '../../web/contacts/matches.js';
import { count } from '../../web/i18n/count.js';

const partsOf = (text: string, ranges: Range[]) => ranges.map(({ start, end }) => text.slice(start, end));

describe('matches in a name', () => {
  it.each([
    ['Anna Müller', 'anna', ['Anna']],
    ['Anna Müller', 'MULLER', ['Müller']],
    ['Anna Müller', 'mueller', ['Müller']],
    ['Anna Mueller', 'müll', ['Muell']],
    ['Anna Mu\u0308ller', 'ull', ['u\u0308ll']],
    ['Weiß-Größmann', 'weiss', ['Weiß']],
    ['Weiß-Größmann', 'grossmann', ['Größmann']],
    ['Weiß-Größmann', 'ros', ['röß']],
    ['Robert O’Neill', "o'neill", ['O’Neill']],
    ['Robert O’Neill', 'oneill', ['O’Neill']],
    ['João da Conceição', 'conceicao joao', ['João', 'Conceição']],
    ['Łódź Żółw', 'lodz', ['Łódź']],
    ['مُحَمَّد علي', 'محمد', ['مُحَمَّد']],
    ['山田 花子', '花', ['花']],
    ['Anna 🌻 Adler', '🌻', ['🌻']],
    ['@anna', '@ann', ['ann']],
    ['Banana', 'ana', ['ana']],
    ['aaaa', 'a aa', ['aaaa']],
    ['Anna', 'bob', []],
    ['Anna', "'", []],
    ['Anna', ' ', []],
    ['<b>Anna</b>', 'b>', ['b>', 'b>']],
  ])('marks parts of %j for %j', (name, search, expected) => {
    expect(partsOf(name, matchesInName(name, search))).toEqual(expected);
  });
});

describe('matches in a number', () => {
  it.each([
    ['+49 170 1234567', '0170 123', ['170 123']],
    ['+49 170 1234567', '+49 (0)170 1234567', ['49 170 1234567']],
    ['+49 170 1234567', '0049170', ['49 170']],
    ['+49 170 1234567', '99', []],
    ['+49 170 1234567', 'anna', []],
    ['+49 170 1234567', '', []],
  ])('marks part of %s for %j', (number, search, expected) => {
    expect(partsOf(number, matchesInNumber(number, search))).toEqual(expected);
  });
});

describe('a period of changes', () => {
  it('begins at midnight, and stays the same all day', () => {
    const [morning, evening] = [new Date(2026, 10, 30, 0, 1), new Date(2026, 10, 30, 23, 59)];
    for (const [period, day] of [
      ['today', 30],
      ['week', 24],
      ['month', 1],
    ] as const) {
      expect(beginningOf(period, morning)).toBe(new Date(2026, 10, day).toISOString());
      expect(beginningOf(period, evening)).toBe(beginningOf(period, morning));
    }
  });
});

describe('a number in a text', () => {
  it.each([
    [0, 'restam 0 segundos'],
    [1, 'resta um segundo'],
    [1_000_000, 'restam 1,000,000 segundos'],
  ])('selects the text for %i', (n, text) => {
    expect(count(n, 'resta um segundo', 'restam # segundos')).toBe(text);
  });
});

describe('the name of a file', () => {
  it('contains the account and the local date, and no characters that file systems reject', () => {
    const day = new Date(2026, 0, 5, 12);
    expect(fileNameOf(['contacts', 'sales', ''], 'csv', day)).toBe('contacts-sales-2026-01-05.csv');
    expect(fileNameOf(['../Dr. A/B: “Zoë” \u202Ecod', 'default'], 'vcf', day)).toBe(
      'Dr-A-B-“Zoë”-cod-default-2026-01-05.vcf',
    );
    expect(fileNameOf(['x'.repeat(100)], 'vcf', day)).toBe(`${'x'.repeat(60)}-2026-01-05.vcf`);
  });
});
