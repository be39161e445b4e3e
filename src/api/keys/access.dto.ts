import type { Scope } from '../../access/scopes.js';

/** The answer of `GET /access`. */
export class AccessDto {
  /** False: no keys are in use, and everybody may do everything. */
  keys_in_use: boolean;
  /** All that the key may do; those that `admin` implies are told, too. */
  scopes: Scope[];
  /** Names of the sessions that it is good for; null: all. */
  sessions: string[] | null;
}
