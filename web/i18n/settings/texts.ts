import { languageOf, locale } from '../language.js';
import { en, type SettingsMessages } from './en.js';

const OTHERS: Record<string, () => Promise<SettingsMessages>> = {
  'pt-BR': async () => (await import('./pt-br.js')).ptBr,
  es: async () => (await import('./es.js')).es,
};

/** Texts of the views of keys and webhooks, which are not part of the first load. English until loadSettingsTexts() has resolved. */
export let s: SettingsMessages = en;

/** Loads the texts in the language of the page. */
export async function loadSettingsTexts(): Promise<void> {
  const load = OTHERS[languageOf(locale) ?? 'en'];
  if (load) s = await load().catch(() => en);
}
