/**
 * Texts with a number in them, in the plural that the language wants.
 * @returns a function of the number and its texts, in which `#` is replaced by the number
 */
export function counted(language: string): (n: number, one: string, other: string) => string {
  const rules = new Intl.PluralRules(language);
  const numbers = new Intl.NumberFormat(language);
  return (n, one, other) => (rules.select(n) === 'one' ? one : other).replace('#', numbers.format(n));
}
