import { describe, expect, it } from '@jest/globals';
import { INVISIBLE, MARKS } from './characters.js';
import { isInvisible, searchKey, secondSpelling, toRanges } from './search-key.js';

/** The tables contain the characters of Unicode 17. */
const HAS_NEWER_UNICODE = Number(process.versions.unicode) > 17;
const DROPPED = /[\p{M}\p{Cf}\p{Default_Ignorable_Code_Point}]/u;

describe('searchKey', () => {
  it.each([
    ['typographic apostrophes', "O'Neill", 'O’Neill'],
    ['missing apostrophes', 'oneill', 'O‘Neill'],
    ['an acute accent as an apostrophe', 'oneill', 'O´Neill'],
    ['the Hawaiian okina', 'kalakaua', 'Kalākaʻua'],
    ['the Ukrainian apostrophe', "лук'янов", 'Лукʼянов'],
    ['Hebrew gershayim', 'צה"ל', 'צה״ל'],
    ['German quotation marks', 'Robert "Bob" Roth', 'Robert „Bob“ Roth'],
    ['guillemets and corner brackets', 'Bob Bob', '«Bob» 「Bob」'],
    ['Arabic vowel signs', 'محمد', 'مُحَمَّد'],
    ['hamza on a letter', 'احمد', 'أحمد'],
    ['a separate hamza', 'دعا', 'دعاء'],
    ['tatweel', 'محمد', 'محـــمد'],
    ['Persian forms of Arabic letters', 'علي', 'علی'],
    ['alef maksura and teh marbuta', 'فاطمه موسي', 'فاطمة موسى'],
    ['Hebrew vowel signs', 'שלום', 'שָׁלוֹם'],
    ['nukta', 'जीनत', 'ज़ीनत'],
    ['candrabindu and anusvara', 'चांद', 'चाँद'],
    ['Devanagari vowel signs', 'रवि', 'रवी'],
    ['Thai tone marks', 'นอย', 'น้อย'],
    ['voiced kana', 'かき', 'かぎ'],
    ['a zero-width space', 'mczero', 'Mc\u200bZero'],
    ['joiners and marks of direction', 'अनक्षा', '\u200eअनक्\u200dषा\u200f'],
    ['a soft hyphen and a word joiner', 'annalena', 'Anna\u00adLe\u2060na'],
    ['variation selectors', '❤', '❤\ufe0f'],
    ['sharp s', 'STRASSE', 'Straße'],
    ['capital sharp s', 'grossmann', 'GROẞMANN'],
    ['ligatures', 'oeuvre aether', 'Œuvre Æther'],
    ['Icelandic letters', 'thor sigurdsson', 'Þór Sigurðsson'],
    ['stroked letters', 'lodz dordevic', 'Łódź Đorđević'],
    ['Danish o', 'soren', 'Søren'],
    ['Turkish i', 'isik', 'IŞIK'],
    ['Turkish dotless i', 'isik', 'ışık'],
    ['final sigma', 'οδυσσευσ', 'Οδυσσεύς'],
    ['Cherokee capitals', 'ꮳꮃꭹ', 'ᏣᎳᎩ'],
    ['Adlam capitals', '𞤢𞤣', '𞤀𞤁'],
    ['dashes', 'Anna-Lena', 'Anna–Lena'],
    ['full width', 'Anna', 'Ａｎｎａ'],
  ])('ignores %s', (_, typed, name) => {
    expect(searchKey(typed)).toBe(searchKey(name));
    expect(searchKey(name)).not.toBe('');
  });

  it('separates ideographs', () => {
    expect(searchKey('李小龍 𠮷')).toBe(' 李 小 龍  𠮷');
  });

  it.each(['Ann', 'Bo', '+_+', '100%', 'a\\b', 'İ', 'ß', 'ﬁ'])('does not change the key of %s', (name) => {
    expect(searchKey(searchKey(name))).toBe(searchKey(name));
  });

  (HAS_NEWER_UNICODE ? it.skip : it)('drops every mark and every invisible character', () => {
    const ranges = toRanges(MARKS, INVISIBLE);
    const isListed = (code: number) => ranges.some(([first, last]) => first <= code && code <= last);
    const isDropped = (code: number) => DROPPED.test(String.fromCodePoint(code));
    const codes = Array.from({ length: 0x110000 }, (_, code) => code);
    expect(codes.filter((code) => isDropped(code) && !isListed(code))).toEqual([]);
  });
});

describe('secondSpelling', () => {
  it.each([
    ['Müller', 'mueller'],
    ['MU\u0308LLER', 'mueller'],
    ['Größe', 'groesse'],
    ['Ärger', 'aerger'],
    ['Sørensen', 'soerensen'],
    ['Åse', 'aase'],
  ])('spells out %s', (name, key) => {
    expect(searchKey(secondSpelling(name)!)).toBe(key);
  });

  it.each(['Mueller', 'Zoë', 'Ёлкин', 'ñandú', '', '李'])('returns null for %j', (name) => {
    expect(secondSpelling(name)).toBeNull();
  });
});

describe('isInvisible', () => {
  it.each(['', ' \n', '\u200b', '\u3164\u2800'])('returns true for %j', (text) => {
    expect(isInvisible(text)).toBe(true);
  });

  it.each(['.', '\u200bx', '🏴', '\u0301'])('returns false for %j', (text) => {
    expect(isInvisible(text)).toBe(false);
  });
});
