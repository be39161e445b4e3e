import { signal } from '@preact/signals';

const STORED_AS = 'key';

/** The key to the API, for as long as the tab is open; null: none was entered. */
export const key = signal(sessionStorage.getItem(STORED_AS));

export function rememberKey(text: string): void {
  sessionStorage.setItem(STORED_AS, text);
  key.value = text;
}

export function forgetKey(): void {
  sessionStorage.removeItem(STORED_AS);
  key.value = null;
}

/** Headers that a request of the page carries. No cookies: what is sent by itself, other pages could use. */
export function keyHeaders(): Record<string, string> {
  return key.value === null ? {} : { Authorization: `Bearer ${key.value}` };
}
