import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import DataLoader from 'dataloader';
import type { Pool } from 'pg';
import type { Readable } from 'node:stream';
import { DataSource } from 'typeorm';
import { copyLines } from '../../database/copy-lines.js';
import { poolOf } from '../../database/postgres-pool.js';
import { StreamPool } from '../../database/stream-pool.js';
import { type Address, isLid } from '../address.js';
import { FIRST_NAME, FULL_NAME } from './contact-names.sql.js';
import type { ContactDto } from '../http/contact.dto.js';

const FIELDS = `c.jid,
  coalesce(c.push_name, '') AS push_name,
  coalesce(${FULL_NAME}, '') AS full_name,
  coalesce(${FIRST_NAME}, '') AS first_name`;

/** Listed are people with a number and at least one name. */
const IS_LISTED = `c.jid IS NOT NULL
  AND num_nonnulls(c.push_name, c.full_name, c.first_name, c.lid_full_name, c.lid_first_name) > 0`;

/** Forms of one person's address, all by number or all by LID, the preferred one first. */
export type Lookup = [Address, ...Address[]];

const MAX_BATCH = 500;

/** What one look-up finds: whether an account is linked, whether its first sync is complete, and the contact. */
export interface FoundContact {
  synced: boolean;
  contact: ContactDto | null;
}

/** Reads of the address book: one query for all look-ups of a moment, COPY for the whole. */
@Injectable()
export class ContactsRepository {
  private readonly pool: Pool;
  private readonly lookups = { jid: this.createLoader('jid'), lid: this.createLoader('lid') };

  constructor(
    @InjectDataSource() dataSource: DataSource,
    @Inject(StreamPool) private readonly streams: Pool,
  ) {
    this.pool = poolOf(dataSource);
  }

  /**
   * Look-ups that come in at the same moment are one query: under load the round trip to the database costs more than
   * all the rest of an answer.
   * @param addresses forms of one person's address, the preferred one first
   * @returns null when no account is linked yet
   */
  find(addresses: Lookup): Promise<FoundContact | null> {
    return this.lookups[isLid(addresses[0]) ? 'lid' : 'jid'].load(addresses);
  }

  private createLoader(column: 'jid' | 'lid'): DataLoader<Lookup, FoundContact | null> {
    return new DataLoader((lookups) => this.findAll(column, lookups), {
      cache: false,
      maxBatchSize: MAX_BATCH,
      // After everything that has been read from the sockets in this turn of the event loop.
      batchScheduleFn: setImmediate,
    });
  }

  private async findAll(column: 'jid' | 'lid', lookups: readonly Lookup[]): Promise<(FoundContact | null)[]> {
    const { rows } = await this.pool.query<ContactDto & { synced: boolean }>({
      // LIMIT tells the planner, who has no statistics of tables this small, that it is one account.
      text: `SELECT a.synced_at IS NOT NULL AS synced, c.*
        FROM (SELECT a.* FROM session_state s JOIN account a ON a.id = s.account_id LIMIT 1) a
        CROSS JOIN unnest($1::text[]) WITH ORDINALITY AS l(addresses, position)
        LEFT JOIN LATERAL (
          SELECT ${FIELDS} FROM contact c
          WHERE c.account_id = a.id AND c.${column} = ANY (string_to_array(l.addresses, ',')) AND ${IS_LISTED}
          ORDER BY array_position(string_to_array(l.addresses, ','), c.${column}) LIMIT 1
        ) c ON true
        ORDER BY l.position`,
      values: [lookups.map((addresses) => addresses.join(','))],
    });
    return lookups.map((_, index) => {
      const row = rows[index];
      if (!row) return null;
      const { synced, ...contact } = row;
      return { synced, contact: contact.jid === null ? null : contact };
    });
  }

  async count(accountId: number): Promise<number> {
    const { rows } = await this.pool.query<{ count: string }>({
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
    return copyLines(
      this.streams,
      `SELECT CASE WHEN row_number() OVER () = 1 THEN '' ELSE ',' END || row_to_json(listed)
       FROM (SELECT ${FIELDS} FROM contact c
             WHERE c.account_id = ${accountId} AND ${IS_LISTED} ORDER BY c.jid) listed`,
    );
  }
}
