import { describe, expect, it } from '@jest/globals';
import { digitsOf, isNational, parseTypedNumber } from './typed-number.js';

describe('parseTypedNumber', () => {
  it.each([
    '491701234567',
    '+491701234567',
    ' 491701234567',
    '+49 170 1234567',
    '0049 170 1234567',
    '+49 (0) 170 1234567',
    '+49 (0)170/123-45.67',
    '(+49) 170 1234567',
    '+49\u00A0170\u20111234567',
    '\u202A+49 170 1234567\u202C',
    '＋４９（０）１７０　１２３４５６７',
    '+٤٩ ١٧٠ ١٢٣٤٥٦٧',
    '۴۹۱۷۰۱۲۳۴۵۶۷',
  ])('reads %j', (typed) => {
    expect(parseTypedNumber(typed)).toBe('491701234567');
  });

  it.each(['5', '12345'])('reads the short number %s', (typed) => {
    expect(parseTypedNumber(typed)).toBe(typed);
  });

  it.each([
    '',
    '+',
    '()',
    '0',
    '0170 1234567',
    '(0)170 1234567',
    '(0170) 1234567',
    '+0170 1234567',
    '000491701234567',
    '+1234567890123456',
    '49+1701234567',
    '++491701234567',
    '49170x',
    '49170\0',
    '49,170',
    '一二三',
    '491701234567@lid',
  ])('returns null for %j', (typed) => {
    expect(parseTypedNumber(typed)).toBeNull();
  });
});

describe('digitsOf', () => {
  it('keeps leading zeros, and does not replace digits that names contain', () => {
    expect(digitsOf('0170 123')).toBe('0170123');
    expect(digitsOf('١٢٣')).toBeNull();
  });
});

describe('isNational', () => {
  it.each(['0170 1234567', '(0)170', '٠١٧٠'])('is true for %s', (typed) => {
    expect(isNational(typed)).toBe(true);
  });

  it.each(['0049170', '+49170', 'anna', '', '@0170'])('is false for %j', (typed) => {
    expect(isNational(typed)).toBe(false);
  });
});
