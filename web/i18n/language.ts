import { en, type Messages } from './en.js';

const OTHERS: Record<string, () => Promise<Messages>> = {
  'pt-BR': async () => (await import('./pt-br.js')).ptBr,
  es: async () => (await import('./es.js')).es,
};

/** The texts in the language of the browser; English until chooseLanguage() has resolved. */
export let t: Messages = en;

/** As the browser names it, with its region: it decides how numbers and times look. */
export let locale = 'en';

/** Takes the first language of the browser that there are texts in. */
export async function chooseLanguage(): Promise<void> {
  const wanted = navigator.languages.map((tag) => ({ tag, language: languageOf(tag) }));
  const { tag, language } = wanted.find((each) => each.language !== null) ?? { tag: 'en', language: 'en' };
  const load = OTHERS[language ?? 'en'];
  // If the separate file with the texts cannot be loaded, the page is shown in English.
  if (load) t = await load().catch(() => en);
  locale = t === en && language !== 'en' ? 'en' : tag;
  document.documentElement.lang = locale;
}

/** The language of the texts for a tag of the browser. Null if there are none. */
export function languageOf(tag: string): string | null {
  const [language] = tag.toLowerCase().split('-');
  if (language === 'pt') return 'pt-BR';
  return language === 'en' || language === 'es' ? language : null;
}
