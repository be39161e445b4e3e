import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Phone } from './address.js';
import { mobileVariants } from './mobile-variants.js';

const variants = (phone: string) => mobileVariants(phone as Phone);

describe('mobileVariants', () => {
  it.each([
    ['Brazil', '5511987654321', '551187654321'],
    ['Brazil, another area', '5585996543210', '558596543210'],
    ['Mexico', '5215512345678', '525512345678'],
    ['Argentina', '5491123456789', '541123456789'],
    ['Benin', '2290197123456', '22997123456'],
    ['Ivory Coast, Moov', '2250140123456', '22540123456'],
    ['Ivory Coast, MTN', '2250564123456', '22564123456'],
    ['Ivory Coast, Orange', '2250708139912', '22508139912'],
    ['Gabon, Libertis', '24166111111', '24106111111'],
    ['Gabon, Airtel', '24177280150', '24107280150'],
    ['The Gambia, Africell', '220877012345', '2207012345'],
    ['The Gambia, QCell', '220833012345', '2203012345'],
    ['Vietnam, Viettel', '84321234567', '841621234567'],
    ['Vietnam, MobiFone', '84701234567', '841201234567'],
    ['Kosovo, Vala', '38344123456', '37744123456'],
    ['Kosovo, Ipko', '38349123456', '38649123456'],
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
    ['a landline of Ivory Coast', '22520344373'],
    ['a new number of Ivory Coast whose prefix does not fit', '2250508139912'],
    ['a number of Benin that is too long', '22990197123456'],
    ['a landline of Gabon', '24111717171'],
    ['a number of Gamcel in The Gambia', '2209912345'],
    ['a number of Vietnam that has not changed', '84901234567'],
    ['a mobile number of Monaco', '37743123456'],
    ['a mobile number of Slovenia', '38640123456'],
    ['a number of Germany', '491701234567'],
    ['a number that contains 549 elsewhere', '4915491234567'],
  ])('returns only the number itself for %s', (_, phone) => {
    expect(variants(phone)).toEqual([phone]);
  });

  it('returns the forms of any number in both directions', () => {
    const prefixes = fc
      .constantFrom('55119', '5511', '521', '52', '549', '54', '229', '22901', '225', '22507', '22501')
      .map(String);
    const more = fc.constantFrom(
      '2410',
      '2416',
      '2417',
      '220',
      '22083',
      '22087',
      '8412',
      '847',
      '848',
      '377',
      '383',
      '386',
    );
    const phones = fc
      .tuple(fc.oneof(prefixes, more), fc.stringMatching(/^\d{5,10}$/))
      .map(([prefix, rest]) => `${prefix}${rest}`)
      .filter((phone) => phone.length <= 15);
    fc.assert(
      fc.property(phones, (phone) => {
        const [first, other, ...more] = variants(phone);
        expect([first, more]).toEqual([phone, []]);
        if (other) expect(variants(other)).toEqual([other, phone]);
      }),
      { numRuns: 3_000 },
    );
  });
});
