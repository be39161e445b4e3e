import { signal } from '@preact/signals';
import type * as Library from 'libphonenumber-js/min';

/** Half of the page's size, so it follows when the page is there. */
const library = signal<typeof Library | null>(null);

export async function loadPhoneNumbers(): Promise<typeof Library> {
  return (library.value ??= await import('libphonenumber-js/min'));
}

/** Of the service, country code included. */
const MIN_DIGITS = 7;

/** A list shows the same numbers again and again, and to read one takes longer than to draw its row. */
const formatted = new Map<string, string>();
const MAX_FORMATTED = 2_000;

/** As people write it, once the library is there. @param digits with country code */
export function formatPhone(digits: string): string {
  const whole = `+${digits}`;
  if (!library.value) return whole;
  const known = formatted.get(digits);
  if (known !== undefined) return known;
  const text = library.value.parsePhoneNumberFromString(whole)?.formatInternational() ?? whole;
  if (formatted.size >= MAX_FORMATTED) formatted.clear();
  formatted.set(digits, text);
  return text;
}

/** A number as a user types it. */
export interface TypedNumber {
  /** With country code, digits only. Null while the number is incomplete. */
  digits: string | null;
  /** ISO 3166. Null while it is unknown. */
  country: string | null;
  /** The same with spaces in their places. */
  formatted: string;
}

/** @param text in any format; without country code, the country of the user applies */
export function readTyped({ AsYouType }: typeof Library, text: string): TypedNumber {
  const typing = new AsYouType(regionOf(navigator.language) as Library.CountryCode | undefined);
  const formatted = typing.input(text.replace(/^\s*00/, '+'));
  const parsed = typing.getNumber();
  const isWhole = parsed?.isValid() === true && parsed.number.length > MIN_DIGITS;
  return {
    digits: isWhole ? parsed.number.slice(1) : null,
    country: parsed?.country ?? typing.getCountry() ?? null,
    formatted: isWhole ? parsed.formatInternational() : formatted,
  };
}

function regionOf(language: string): string | undefined {
  return new Intl.Locale(language).maximize().region;
}
