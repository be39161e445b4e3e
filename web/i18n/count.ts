import { number } from './format.js';

/**
 * Returns the text for a number, in which `#` is replaced by the number. The languages of the page have one text for 1
 * and one for all other numbers, also for 0, which Intl.PluralRules counts as singular in Portuguese.
 */
export function count(n: number, one: string, other: string): string {
  return (n === 1 ? one : other).replace('#', number(n));
}
