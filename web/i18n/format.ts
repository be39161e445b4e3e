import { locale } from './locale.js';

const UNITS: [Intl.RelativeTimeFormatUnit, seconds: number][] = [
  ['year', 31_557_600],
  ['month', 2_629_800],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

export function number(n: number): string {
  return new Intl.NumberFormat(locale).format(n);
}

export function percent(share: number): string {
  return new Intl.NumberFormat(locale, { style: 'percent' }).format(share);
}

/** @param time ISO 8601 */
export function dateTime(time: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(time));
}

/** The time of today, or else date and time. @param time ISO 8601 */
export function timeOrDate(time: string, nowMs: number): string {
  const date = new Date(time);
  if (date.toDateString() !== new Date(nowMs).toDateString()) return dateTime(time);
  return new Intl.DateTimeFormat(locale, { timeStyle: 'short' }).format(date);
}

/** How long ago, or in how long, in one unit: “5 minutes ago”. Within a minute it counts in steps of five seconds. */
export function relative(timeMs: number, nowMs: number): string {
  const seconds = (timeMs - nowMs) / 1_000;
  const format = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  for (const [unit, size] of UNITS)
    if (Math.abs(seconds) >= size) return format.format(Math.trunc(seconds / size), unit);
  return format.format(Math.trunc(seconds / 5) * 5, 'second');
}

/** The name of a country in the reader's language. */
export function country(code: string): string {
  return new Intl.DisplayNames(locale, { type: 'region' }).of(code) ?? code;
}

/** The flag of a country, of regional indicator symbols. */
export function flag(code: string): string {
  return String.fromCodePoint(...[...code].map((letter) => 0x1f1a5 + letter.charCodeAt(0)));
}

/** “a, b and c”, as the language writes it. */
export function listed(words: readonly string[]): string {
  return new Intl.ListFormat(locale, { type: 'conjunction' }).format(words);
}
