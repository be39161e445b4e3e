/** Types of the package `vcf`, which has none: the parts that tests use. */
declare module 'vcf' {
  export default class VCard {
    /** @returns one per card, also for a text with a single card */
    static parse(text: string): VCard[];
    get(property: string): { valueOf(): string } | undefined;
  }
}
