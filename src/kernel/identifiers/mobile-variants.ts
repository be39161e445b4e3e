import { type Phone, parsePhone } from './address.js';

/** Two forms of the same mobile number, each with the other's shape; `$1`, `$2` are what both have in common. */
const FORMS: { form: RegExp; other: string }[] = [
  // Brazil: area code of two digits; since 2016 mobile numbers begin with another 9. Land lines begin with 2 to 5.
  { form: /^55([1-9]{2})9([6-9]\d{7})$/, other: '55$1$2' },
  { form: /^55([1-9]{2})([6-9]\d{7})$/, other: '55$19$2' },
  // Mexico: until 2019 mobile numbers had a 1 after the country code; ten digits follow.
  { form: /^521(\d{10})$/, other: '52$1' },
  { form: /^52(\d{10})$/, other: '521$1' },
  // Argentina: mobile numbers have a 9 after the country code when called from abroad; ten digits follow.
  { form: /^549(\d{10})$/, other: '54$1' },
  { form: /^54(\d{10})$/, other: '549$1' },
];

/**
 * The forms under which WhatsApp may know a mobile number of Brazil, Mexico or Argentina: people type the one, and
 * the account may be registered under the other.
 * @returns the number itself, then its other form where there is one
 */
export function mobileVariants(phone: Phone): Phone[] {
  const match = FORMS.find(({ form }) => form.test(phone));
  const other = match && parsePhone(phone.replace(match.form, match.other));
  return other ? [phone, other] : [phone];
}
