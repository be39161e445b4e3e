import { signal } from '@preact/signals';

/**
 * Name in both storages. It contains the path of the service, because services below different paths of one origin share their
 * storages.
 */
const STORED_AS = `key ${new URL('.', document.baseURI).pathname}`;
/** Announces to other tabs that the user signs out. */
const otherTabs = new BroadcastChannel(STORED_AS);

/** API key that the page uses. Null if none was entered. */
export const key = signal(sessionStorage.getItem(STORED_AS) ?? localStorage.getItem(STORED_AS));

/** Uses a key for the next requests, without storing it. */
export function tryKey(text: string): void {
  key.value = text;
}

/** Stores the key that is in use. @param onDevice for all tabs, until the user signs out; otherwise until this tab is closed */
export function storeKey({ onDevice }: { onDevice: boolean }): void {
  const text = key.value;
  clearStorages();
  if (text !== null) (onDevice ? localStorage : sessionStorage).setItem(STORED_AS, text);
}

/** Forgets the key in all tabs. */
export function forgetKey(): void {
  clearStorages();
  key.value = null;
  otherTabs.postMessage(null);
}

/** Calls a function when another tab has stored a key for the device, or has signed out. */
export function onKeyChangedElsewhere(listener: () => void): void {
  const set = (text: string | null) => {
    if (key.value === text) return;
    key.value = text;
    listener();
  };
  otherTabs.addEventListener('message', () => {
    clearStorages();
    set(null);
  });
  window.addEventListener('storage', ({ storageArea, key: name, newValue }) => {
    // The name is null if the user cleared the storage.
    const isKey = storageArea === localStorage && (name === STORED_AS || name === null);
    if (isKey && sessionStorage.getItem(STORED_AS) === null) set(newValue);
  });
}

/** Headers that a request of the page carries. No cookies: what is sent by itself, other pages could use. */
export function keyHeaders(): Record<string, string> {
  return key.value === null ? {} : { Authorization: `Bearer ${key.value}` };
}

function clearStorages(): void {
  sessionStorage.removeItem(STORED_AS);
  localStorage.removeItem(STORED_AS);
}
