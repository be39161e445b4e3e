import type { Pool } from 'pg';
import type { Scope } from './scopes.js';

export interface KeyRow {
  hash: Buffer;
  scopes: Scope[];
  sessions: string[] | null;
}

/** Finds a key that has not expired. Does not use TypeORM, so that `/metrics` works with a dedicated pool. */
export async function findKey(pool: Pick<Pool, 'query'>, id: string): Promise<KeyRow | undefined> {
  const { rows } = await pool.query<KeyRow>(
    'SELECT hash, scopes, sessions FROM api_key WHERE id = $1 AND (expires_at > now()) IS NOT FALSE',
    [id],
  );
  return rows[0];
}
