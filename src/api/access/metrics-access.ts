import type { IncomingHttpHeaders } from 'node:http';
import type { Pool } from 'pg';
import { KeyInvalid, KeyMissing, ScopeMissing, SessionNotAllowed } from '../../access/access.errors.js';
import { Access } from '../../access/access.js';
import { findKey } from '../../access/find-key.sql.js';
import { hashOfKey, idOfKey, isKey } from '../../access/key-text.js';
import type { Config } from '../../kernel/config/config.js';
import { keyOf } from './request-key.js';

const SCOPE = 'metrics:read';

/** Checks the key of requests for `/metrics` without Nest and TypeORM, which the session role does not load. */
export class MetricsAccess {
  private readonly masterHash: Buffer | null;

  constructor(
    { API_KEY }: Pick<Config, 'API_KEY'>,
    private readonly pool: Pick<Pool, 'query'>,
  ) {
    this.masterHash = API_KEY ? hashOfKey(API_KEY) : null;
  }

  /** @throws KeyMissing, KeyInvalid, ScopeMissing, SessionNotAllowed, or an error of the database */
  async require(headers: IncomingHttpHeaders): Promise<void> {
    if (!this.masterHash) return;
    const key = keyOf(headers);
    if (key === null) throw new KeyMissing();
    const id = idOfKey(key);
    if (id === null && isKey(key, this.masterHash)) return;
    const row = id === null ? undefined : await findKey(this.pool, id);
    if (!row || !isKey(key, row.hash)) throw new KeyInvalid();
    if (!new Access(row.scopes, row.sessions).has(SCOPE)) throw new ScopeMissing(SCOPE);
    // The metrics include all sessions.
    if (row.sessions) throw new SessionNotAllowed('all', row.sessions);
  }
}
