import { type Language, languageOf } from '../language.js';
import { locale } from '../locale.js';
import type { SettingsMessages } from './en.js';

const LANGUAGES: Record<Language, () => Promise<SettingsMessages>> = {
  en: async () => (await import('./en.js')).en,
  'pt-BR': async () => (await import('./pt-br.js')).ptBr,
  es: async () => (await import('./es.js')).es,
};

/** Texts of the views of keys and webhooks, which are not part of the first load. Undefined until loadSettingsTexts() has resolved. */
export let s: SettingsMessages;

/** Loads the texts in the language of the page. @throws if neither these nor the English texts can be loaded */
export async function loadSettingsTexts(): Promise<void> {
  s = await LANGUAGES[languageOf(locale) ?? 'en']().catch(LANGUAGES.en);
}
