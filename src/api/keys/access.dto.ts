import type { Scope } from '../../access/scopes.js';

/** The response of `GET /access`. */
export class AccessDto {
  /** False: no keys are in use, and every caller has all permissions. */
  keys_in_use: boolean;
  /** All scopes of the key, including those that `admin` implies. */
  scopes: Scope[];
  /** Names of the sessions that the key can access; null: all sessions. */
  sessions: string[] | null;
}
