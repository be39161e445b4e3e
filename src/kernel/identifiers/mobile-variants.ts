import { parsePhone, type Phone } from './address.js';

/** Patterns of mobile numbers, each with a replacement that results in the other form of the same number. */
const FORMS: { form: RegExp; other: string }[] = [
  // Brazil: area code of two digits. Since 2016, mobile numbers have an extra leading 9. Landlines start with 2 to 5.
  { form: /^55([1-9]{2})9([6-9]\d{7})$/, other: '55$1$2' },
  { form: /^55([1-9]{2})([6-9]\d{7})$/, other: '55$19$2' },
  // Mexico: until 2019, mobile numbers had a 1 after the country code, followed by ten digits.
  { form: /^521(\d{10})$/, other: '52$1' },
  { form: /^52(\d{10})$/, other: '521$1' },
  // Argentina: mobile numbers have a 9 after the country code when called from abroad, followed by ten digits.
  { form: /^549(\d{10})$/, other: '54$1' },
  { form: /^54(\d{10})$/, other: '549$1' },
];

/**
 * Returns the forms of a mobile number under which an account can be registered. In Brazil, Mexico and Argentina, users
 * may enter one form while the account is registered under the other.
 * @returns the number itself, then its other form if there is one
 */
export function mobileVariants(phone: Phone): Phone[] {
  const match = FORMS.find(({ form }) => form.test(phone));
  const other = match && parsePhone(phone.replace(match.form, match.other));
  return other ? [phone, other] : [phone];
}
