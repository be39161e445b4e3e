import { parsePhone, type Phone } from './address.js';

/** A form of the mobile numbers of a country, and the same numbers in the other form. */
interface Form {
  form: RegExp;
  other: string;
}

/**
 * Countries whose mobile numbers have two forms. Users and address books contain either one, and an account can be
 * registered under either one: WhatsApp does not change the number of an account when a country changes its numbers.
 *
 * Each pair of forms is unambiguous in both directions. Numbers in the previous form are not assigned to others.
 */
const COUNTRIES: { country: string; source: string; forms: Form[] }[] = [
  {
    country: 'Brazil: since 2016, mobile numbers have a 9 after the area code. Landlines start with 2 to 5.',
    source: 'Anatel, Resolution 553/2010; in all areas since 2016-11-06',
    forms: [
      { form: /^55([1-9]{2})9([6-9]\d{7})$/, other: '55$1$2' },
      { form: /^55([1-9]{2})([6-9]\d{7})$/, other: '55$19$2' },
    ],
  },
  {
    country: 'Mexico: until 2019, mobile numbers had a 1 after the country code.',
    source: 'IFT, Plan Técnico Fundamental de Numeración, in force since 2019-08-03',
    forms: [
      { form: /^521(\d{10})$/, other: '52$1' },
      { form: /^52(\d{10})$/, other: '521$1' },
    ],
  },
  {
    country: 'Argentina: mobile numbers have a 9 after the country code only when called from abroad.',
    source: 'ITU-T, national numbering plan of Argentina (+54)',
    forms: [
      { form: /^549(\d{10})$/, other: '54$1' },
      { form: /^54(\d{10})$/, other: '549$1' },
    ],
  },
  {
    country: 'Benin: since 2024-11-30, all numbers start with 01.',
    source: 'ARCEP Bénin; https://fr.allafrica.com/stories/202411300249.html',
    forms: prefixed('229', { '01': String.raw`[2-9]\d{7}` }),
  },
  {
    country:
      'Ivory Coast: since 2021-01-31, mobile numbers start with 01, 05 or 07, depending on their second digit.',
    source: 'ARTCI, changes by ITU-T E.129; https://github.com/guyaristide/numerotation',
    forms: prefixed('225', {
      '01': String.raw`[0457][0-3]\d{6}`,
      '05': String.raw`[04-9][4-6]\d{6}`,
      '07': String.raw`[04-9][7-9]\d{6}`,
    }),
  },
  {
    country: 'Gabon: since 2019-11-15, 6 or 7 replaces the 0 after the country code.',
    source: 'ARCEP Gabon; http://www.rfi.fr/afrique/20191115-changement-numerotation-telephonique-gabon',
    forms: [
      { form: /^2410([256]\d{6})$/, other: '2416$1' },
      { form: /^2416([256]\d{6})$/, other: '2410$1' },
      { form: /^2410([47]\d{6})$/, other: '2417$1' },
      { form: /^2417([47]\d{6})$/, other: '2410$1' },
    ],
  },
  {
    country: 'The Gambia: since 2026-09-04, numbers of three operators start with 83, 86 or 87.',
    source:
      'https://pura.gm/public-notice-migration-of-the-national-mobile-numbering-plan-from-7-digit-to-9-digit-format/',
    forms: prefixed('220', {
      83: String.raw`(?:3\d|5[0-389])\d{5}`,
      86: String.raw`6\d{6}`,
      87: String.raw`(?:[27]\d|4[01])\d{5}`,
    }),
  },
  {
    country: 'Vietnam: since 2018-09-15, mobile numbers of 10 digits have 9.',
    source: 'https://github.com/google/libphonenumber/blob/master/migrator/src/data/recipes.csv',
    forms: replaced('84', 7, [
      '120-70 121-79 122-77 126-76 128-78',
      '123-83 124-84 125-85 127-81 129-82',
      '162-32 163-33 164-34 165-35 166-36 167-37 168-38 169-39',
      '186-56 188-58 199-59',
    ]),
  },
  {
    country: 'Kosovo: since 2017, +383 replaces the codes of Monaco and Slovenia.',
    source: 'ITU, assignment of 2016-12-15; https://en.wikipedia.org/wiki/Telephone_numbers_in_Kosovo',
    forms: replaced('', 6, ['37744-38344 37745-38345 38643-38343 38649-38349']),
  },
];

/** @param prefixes new prefixes after the country code, each with a pattern of the previous numbers that have it now */
function prefixed(code: string, prefixes: Record<string, string>): Form[] {
  return Object.entries(prefixes).flatMap(([prefix, numbers]) => [
    { form: new RegExp(`^${code}(${numbers})$`), other: `${code}${prefix}$1` },
    { form: new RegExp(`^${code}${prefix}(${numbers})$`), other: `${code}$1` },
  ]);
}

/**
 * @param digits number of digits after the prefixes
 * @param prefixes previous and new prefixes after the country code
 */
function replaced(code: string, digits: number, prefixes: string[]): Form[] {
  const rest = String.raw`(\d{${digits}})`;
  return prefixes.flatMap((line) =>
    line.split(' ').flatMap((pair) => {
      const [before = '', since = ''] = pair.split('-');
      return [
        { form: new RegExp(`^${code}${before}${rest}$`), other: `${code}${since}$1` },
        { form: new RegExp(`^${code}${since}${rest}$`), other: `${code}${before}$1` },
      ];
    }),
  );
}

const FORMS = COUNTRIES.flatMap(({ forms }) => forms);

/**
 * Returns the forms of a mobile number under which an account can be registered.
 * @returns the number itself, then its other form if there is one
 */
export function mobileVariants(phone: Phone): Phone[] {
  const match = FORMS.find(({ form }) => form.test(phone));
  const other = match && parsePhone(phone.replace(match.form, match.other));
  return other ? [phone, other] : [phone];
}
