import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { Pool } from 'pg';
import { DataSource } from 'typeorm';
import { poolOf } from '../../database/postgres-pool.js';
import type { SessionName } from '../../kernel/identifiers/session-name.js';
import { SessionNotFound } from '../../sessions/sessions.errors.js';
import { HAS_NAME } from '../contact.sql.js';
import type { ContactRow } from '../contact-row.js';
import { CONTACT_COLUMNS, JOINED_COLUMNS, joins } from '../contact-row.sql.js';

/** Identifies one contact: forms of its number, the preferred one first, or a LID, or a username in any case. */
export type ContactLookup =
  { column: 'jid' | 'lid'; values: [string, ...string[]] } | { column: 'username'; values: [string] };

/** Result of a lookup. */
export interface FoundContactRow {
  accountId: number;
  synced: boolean;
  person: ContactRow | null;
}

export interface KeyRow {
  key: Buffer;
  first_seen_at: Date;
  last_seen_at: Date;
  is_current: boolean;
}

/** A former LID identifies the contact that has changed it. */
const VALUES = {
  jid: '$1::text[]',
  lid: `ARRAY(SELECT unnest($1::text[]) UNION ALL
    SELECT f.current_lid FROM former_lid f WHERE f.account_id = a.id AND f.lid = ANY ($1::text[]))`,
  username: '$1::text[]',
};

/** Reads single contacts. */
@Injectable()
export class ContactDetailsRepository {
  private readonly pool: Pool;

  constructor(@InjectDataSource() dataSource: DataSource) {
    this.pool = poolOf(dataSource);
  }

  /**
   * Finds a contact. If several match, prefers the first form, then contacts with a name.
   *
   * @returns null if no account was linked yet
   * @throws SessionNotFound
   */
  async find(session: SessionName, { column, values }: ContactLookup): Promise<FoundContactRow | null> {
    const address = column === 'username' ? 'lower(c.username)' : `c.${column}`;
    const { rows } = await this.pool.query<ContactRow & { account_id: number | null; synced: boolean }>({
      text: `SELECT a.id AS account_id, a.synced_at IS NOT NULL AS synced, c.*,
          ${JOINED_COLUMNS}
        FROM session s LEFT JOIN account a ON a.id = s.account_id
        LEFT JOIN LATERAL (
          SELECT ${CONTACT_COLUMNS} FROM contact c
          WHERE c.account_id = a.id AND ${address} = ANY (${VALUES[column]})
          ORDER BY (${address} = ($1::text[])[1]) DESC, ${HAS_NAME} DESC, array_position($1::text[], ${address})
          LIMIT 1
        ) c ON true
        ${joins('a.id')}
        WHERE s.name = $2`,
      values: [values, session],
    });
    const [row] = rows;
    if (!row) throw new SessionNotFound(session);
    const { account_id: accountId, synced, ...person } = row;
    if (accountId === null) return null;
    return { accountId, synced, person: person.id === null ? null : person };
  }

  /** Returns all identity keys of a contact: the current one first, then those seen last. */
  async listKeys(accountId: number, contactId: string): Promise<KeyRow[]> {
    const { rows } = await this.pool.query<KeyRow>({
      text: `SELECT key, first_seen_at, last_seen_at, is_current FROM identity_key
        WHERE account_id = $1 AND contact_id = $2
        ORDER BY is_current DESC, last_seen_at DESC, id DESC`,
      values: [accountId, contactId],
    });
    return rows;
  }
}
