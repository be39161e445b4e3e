import { computed, signal } from '@preact/signals';
import { ApiError, isOutage } from './api-error.js';
import { answer, api } from './client.js';
import { forgetKey, key, onKeyChangedElsewhere, storeKey, tryKey } from './key.js';
import type { Access, Scope } from './types.js';

/** Permissions of the key. Null until the service has returned them. */
export const access = signal<Access | null>(null);

/** Why it has not; null while nothing is wrong. */
export const accessError = signal<ApiError | null>(null);

/** Whether a key has to be entered before anything can be shown. */
export const needsKey = computed(() => accessError.value?.status === 401);

export async function readAccess(): Promise<void> {
  try {
    access.value = await answer(api.GET('/access'));
    accessError.value = null;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    accessError.value = error;
    if (error.status === 401) access.value = null;
  }
}

export function may(scope: Scope): boolean {
  return access.value?.scopes.includes(scope) ?? false;
}

export function maySee(session: string): boolean {
  if (!access.value) return false;
  const { sessions } = access.value;
  return sessions === null || sessions.includes(session);
}

/** Uses a key, and stores it unless the service rejects it. @param options.onDevice whether other tabs use it, too */
export async function signIn(text: string, options: { onDevice: boolean }): Promise<void> {
  tryKey(text);
  await readAccess();
  if (!needsKey.value) storeKey(options);
}

/** Forgets the key in all tabs. */
export function signOut(): void {
  forgetKey();
  access.value = null;
  void readAccess();
}

onKeyChangedElsewhere(() => {
  access.value = null;
  void readAccess();
});

/** Error of the last request that failed because of an outage. */
export const latestOutage = signal<ApiError | null>(null);

/** A key may be deleted or expire while the page is open. Outages affect requests of other parts of the page. */
export function noteError(error: unknown): void {
  if (!(error instanceof ApiError)) return;
  if (isOutage(error)) latestOutage.value = error;
  if (error.status !== 401) return;
  // A request that was sent before the key was entered does not concern this key.
  if (key.value === null || error.code !== 'key_missing') accessError.value = error;
}
