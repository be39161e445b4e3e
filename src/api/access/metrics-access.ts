import type { IncomingHttpHeaders } from 'node:http';
import type { Pool } from 'pg';
import type { Config } from '../../kernel/config/config.js';
import { Access } from '../../access/access.js';
import { KeyInvalid, KeyMissing, ScopeMissing, SessionNotAllowed } from '../../access/access.errors.js';
import { findKey } from '../../access/find-key.sql.js';
import { givenKey } from './given-key.js';
import { hashOfKey, idOfKey, isKey } from '../../access/key-text.js';

const SCOPE = 'metrics:read';

/** Who may read the metrics of a process. In a role without framework and ORM, hence a statement of its own. */
export class MetricsAccess {
  private readonly masterHash: Buffer | null;

  constructor(
    { API_KEY }: Pick<Config, 'API_KEY'>,
    private readonly pool: Pick<Pool, 'query'>,
  ) {
    this.masterHash = API_KEY ? hashOfKey(API_KEY) : null;
  }

  /** @throws KeyMissing, KeyInvalid, ScopeMissing, SessionNotAllowed, or what the database does */
  async require(headers: IncomingHttpHeaders): Promise<void> {
    if (!this.masterHash) return;
    const key = givenKey(headers);
    if (key === null) throw new KeyMissing();
    const id = idOfKey(key);
    if (id === null && isKey(key, this.masterHash)) return;
    const row = id === null ? undefined : await findKey(this.pool, id);
    if (!row || !isKey(key, row.hash)) throw new KeyInvalid();
    if (!new Access(row.scopes, row.sessions).has(SCOPE)) throw new ScopeMissing(SCOPE);
    // They are about all sessions.
    if (row.sessions) throw new SessionNotAllowed('all', row.sessions);
  }
}
