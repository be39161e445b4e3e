import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { Pool } from 'pg';
import copyStreams from 'pg-copy-streams';
import type { Readable } from 'node:stream';
import { DataSource } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';
import { type Address, isLid } from './address.js';
import type { ContactDto } from './contact.dto.js';

/** A record under the number goes before one under the LID; a nameless record before none. */
const SAVED_UNDER_NUMBER = 'num_nonnulls(c.full_name, c.first_name) > 0';

const FIELDS = `c.jid,
  coalesce(c.push_name, '') AS push_name,
  coalesce(CASE WHEN ${SAVED_UNDER_NUMBER} THEN c.full_name ELSE c.lid_full_name END, '') AS full_name,
  coalesce(CASE WHEN ${SAVED_UNDER_NUMBER} THEN c.first_name ELSE c.lid_first_name END, '') AS first_name`;

/** Listed are people with a number and at least one name. */
const IS_LISTED = `c.jid IS NOT NULL
  AND num_nonnulls(c.push_name, c.full_name, c.first_name, c.lid_full_name, c.lid_first_name) > 0`;

/**
 * COPY's own text format would double the backslashes of JSON, so it writes CSV with a quote and a delimiter that
 * JSON never holds unescaped.
 */
const AS_LINES_OF_JSON = `TO STDOUT (FORMAT csv, QUOTE e'\\x01', DELIMITER e'\\x02')`;

/** What one look-up finds: whether an account is linked, whether its first sync is complete, and the contact. */
export interface FoundContact {
  synced: boolean;
  contact: ContactDto | null;
}

/** Reads of the address book: prepared statements for one contact, COPY for all. */
@Injectable()
export class ContactsRepository {
  private readonly pool: Pool;

  constructor(@InjectDataSource() dataSource: DataSource) {
    this.pool = (dataSource.driver as PostgresDriver).master as Pool;
  }

  /** @returns null when no account is linked yet */
  async find(address: Address): Promise<FoundContact | null> {
    const column = isLid(address) ? 'lid' : 'jid';
    const { rows } = await this.pool.query<ContactDto & { synced: boolean }>({
      name: `find-contact-by-${column}`,
      text: `SELECT a.synced_at IS NOT NULL AS synced, ${FIELDS}
        FROM session_state s JOIN account a ON a.id = s.account_id
        LEFT JOIN contact c ON c.account_id = a.id AND c.${column} = $1 AND ${IS_LISTED}`,
      values: [address],
    });
    const [row] = rows;
    if (!row) return null;
    const { synced, ...contact } = row;
    return { synced, contact: contact.jid === null ? null : contact };
  }

  async count(accountId: number): Promise<number> {
    const { rows } = await this.pool.query<{ count: string }>({
      name: 'count-contacts',
      text: `SELECT count(*) FROM contact c WHERE c.account_id = $1 AND ${IS_LISTED}`,
      values: [accountId],
    });
    return Number(rows[0]?.count);
  }

  /**
   * Every listed contact in the order of JIDs, one JSON object a line; after the first, each line begins with a
   * comma. Memory stays flat, whatever the number of contacts.
   */
  async stream(accountId: number): Promise<Readable> {
    const client = await this.pool.connect();
    const rows = client.query(
      copyStreams.to(
        `COPY (
           SELECT CASE WHEN row_number() OVER () = 1 THEN '' ELSE ',' END || row_to_json(listed)
           FROM (SELECT ${FIELDS} FROM contact c
                 WHERE c.account_id = ${accountId} AND ${IS_LISTED} ORDER BY c.jid) listed
         ) ${AS_LINES_OF_JSON}`,
      ),
    );
    const finish = (error?: Error) => client.release(error);
    rows.once('error', finish).once('close', () => {
      if (!rows.readableEnded && !rows.errored) finish(new Error('The reader went away'));
    });
    rows.once('end', () => finish());
    return rows;
  }
}
