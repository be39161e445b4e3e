import { describe, expect, it } from '@jest/globals';
import type { Phone } from './address.js';
import { mobileVariants } from './mobile-variants.js';

const variants = (phone: string) => mobileVariants(phone as Phone);

describe('mobileVariants', () => {
  it.each([
    ['Brazil', '5511987654321', '551187654321'],
    ['Brazil, another area', '5585996543210', '558596543210'],
    ['Mexico', '5215512345678', '525512345678'],
    ['Argentina', '5491123456789', '541123456789'],
  ])('returns the other form of a mobile number of %s', (_, long, short) => {
    expect(variants(long)).toEqual([long, short]);
    expect(variants(short)).toEqual([short, long]);
  });

  it.each([
    ['a landline of Brazil', '551132345678'],
    ['a landline of Brazil after a 9', '5511932345678'],
    ['a number of Brazil with an unused area code', '5501987654321'],
    ['a number of Brazil that is too long', '55119876543210'],
    ['a number of Mexico that is too short', '52551234567'],
    ['a number of Argentina that is too short', '54112345678'],
    ['a number of Germany', '491701234567'],
    ['a number that contains 549 elsewhere', '4915491234567'],
  ])('returns only the number itself for %s', (_, phone) => {
    expect(variants(phone)).toEqual([phone]);
  });
});
