import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { Pool } from 'pg';
import { DataSource } from 'typeorm';
import { poolOf } from '../../database/postgres-pool.js';
import type { SessionName } from '../../kernel/identifiers/session-name.js';
import { SessionNotFound } from '../../sessions/sessions.errors.js';
import { rowNumberOf } from '../contact-id.js';
import type { ContactRow } from '../contact-row.js';
import { type LookupColumn, lookupSql, type Match } from './contact-lookup.sql.js';

/** Identifies one contact: forms of its number, the preferred one first; a LID; a username in lower case; or an ID. */
export type ContactLookup =
  { column: 'jid' | 'lid'; values: [string, ...string[]] } | { column: 'username' | 'id'; values: [string] };

/** A contact, and the number of its row. */
export interface StoredContact extends ContactRow {
  rowNumber: string;
}

/** The account of a session, with the result of a lookup. */
export interface Found<Result> {
  accountId: number;
  synced: boolean;
  result: Result;
}

export interface KeyRow {
  key: Buffer;
  first_seen_at: Date;
  last_seen_at: Date;
  is_current: boolean;
}

/** A contact with one of the requested references. If there are none, one row with the account only. */
type FoundRow = ContactRow & {
  account_id: number | null;
  synced: boolean;
  contact_id: string;
  match: Match;
  reference: string;
};

/** Matches of references that no contact has at the moment. */
const FORMER: Partial<Record<LookupColumn, Match>> = { lid: 'former_lid', id: 'merged' };

/** Reads single contacts. */
@Injectable()
export class ContactDetailsRepository {
  private readonly pool: Pool;

  constructor(@InjectDataSource() dataSource: DataSource) {
    this.pool = poolOf(dataSource);
  }

  /**
   * Finds a contact. See findAll().
   *
   * @returns null if no account was linked yet
   */
  async find(session: SessionName, lookup: ContactLookup): Promise<Found<StoredContact | null> | null> {
    const found = await this.findAll(session, [lookup]);
    return found && { ...found, result: found.result[0] ?? null };
  }

  /**
   * Finds contacts in one query. Of several forms of a number, the first one that a contact has counts. A former LID
   * and the ID of a merged contact identify the contact that remains.
   *
   * @returns one contact per lookup, in the same order; null if no account was linked yet
   * @throws SessionNotFound
   */
  async findAll(
    session: SessionName,
    lookups: ContactLookup[],
  ): Promise<Found<(StoredContact | null)[]> | null> {
    const columns = [...new Set(lookups.map(({ column }) => column))];
    const valuesOf = (column: LookupColumn) => {
      const values = new Set(lookups.flatMap((lookup) => (lookup.column === column ? lookup.values : [])));
      return column === 'id' ? [...new Set([...values].map(rowNumberOf))] : [...values];
    };
    const { rows } = await this.pool.query<FoundRow>({
      text: lookupSql(columns),
      values: [session, ...columns.map(valuesOf)],
    });
    const [first] = rows;
    if (!first) throw new SessionNotFound(session);
    if (first.account_id === null) return null;
    const contacts = new Map(rows.map((row) => [`${row.match} ${row.reference}`, toContact(row)]));
    const result = lookups.map(({ column, values }) => {
      const former = FORMER[column];
      const keys = [
        ...values.map((value) => `${column} ${value}`),
        ...(former ? [`${former} ${values[0]}`] : []),
      ];
      const key = keys.find((each) => contacts.has(each));
      return (key === undefined ? null : contacts.get(key)) ?? null;
    });
    return { accountId: first.account_id, synced: first.synced, result };
  }

  /** Returns all identity keys of a contact: the current one first, then those seen last. */
  async listKeys(accountId: number, rowNumber: string): Promise<KeyRow[]> {
    const { rows } = await this.pool.query<KeyRow>({
      text: `SELECT key, first_seen_at, last_seen_at, is_current FROM identity_key
        WHERE account_id = $1 AND contact_id = $2
        ORDER BY is_current DESC, last_seen_at DESC, id DESC`,
      values: [accountId, rowNumber],
    });
    return rows;
  }
}

function toContact({
  account_id: _,
  synced: __,
  match: ___,
  reference: ____,
  contact_id: id,
  ...row
}: FoundRow): StoredContact {
  return { ...row, id, rowNumber: row.id };
}
