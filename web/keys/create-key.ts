import { answer, api } from '../api/client.js';
import type { CreatedApiKey, Scope } from '../api/types.js';

interface KeyRequest {
  name: string;
  scopes: readonly Scope[];
  /** Null for all. */
  sessions: readonly string[] | null;
  /** ISO 8601. Null: never. */
  expiresAt: string | null;
}

/** As the service limits it (src/api/keys/keys.dto.ts). */
const NAME = /^(?=.*\S)[^\p{C}]{1,100}$/u;

export function isKeyName(name: string): boolean {
  return NAME.test(name);
}

/** @throws ApiError */
export function createKey({ name, scopes, sessions, expiresAt }: KeyRequest): Promise<CreatedApiKey> {
  const body = { name, scopes: [...scopes], sessions: sessions && [...sessions], expires_at: expiresAt };
  return answer(api.POST('/keys', { body }));
}
