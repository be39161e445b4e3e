import type { Messages } from './en.js';
import { setLocale } from './locale.js';

/** Each language is a separate file. The page loads only one of them. */
const LANGUAGES = {
  en: async (): Promise<Messages> => (await import('./en.js')).en,
  'pt-BR': async (): Promise<Messages> => (await import('./pt-br.js')).ptBr,
  es: async (): Promise<Messages> => (await import('./es.js')).es,
};

export type Language = keyof typeof LANGUAGES;

/** The texts in the language of the browser. Undefined until chooseLanguage() has resolved. */
export let t: Messages;

/**
 * Loads the texts in the first language of the browser for which there are texts.
 *
 * @throws if neither these nor the English texts can be loaded
 */
export async function chooseLanguage(): Promise<void> {
  const wanted = navigator.languages.map((tag) => ({ tag, language: languageOf(tag) }));
  const { tag, language } = wanted.find((each) => each.language !== null) ?? { tag: 'en', language: null };
  const [texts, locale] = await LANGUAGES[language ?? 'en']().then(
    (loaded) => [loaded, tag] as const,
    async () => [await LANGUAGES.en(), 'en'] as const,
  );
  t = texts;
  setLocale(locale);
  document.documentElement.lang = locale;
}

/** The language of the texts for a tag of the browser. Null if there are none. */
export function languageOf(tag: string): Language | null {
  const [language] = tag.toLowerCase().split('-');
  if (language === 'pt') return 'pt-BR';
  return language === 'en' || language === 'es' ? language : null;
}
