/** As the browser names the language, with its region: it decides how numbers and times look. */
export let locale = 'en';

export function setLocale(tag: string): void {
  locale = tag;
}
