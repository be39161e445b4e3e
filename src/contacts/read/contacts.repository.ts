import type { Readable } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { Pool } from 'pg';
import { DataSource } from 'typeorm';
import { copySnapshot } from '../../database/copy-lines.js';
import { poolOf } from '../../database/postgres-pool.js';
import { SharedQueries } from '../../database/shared-queries.js';
import { StreamPool } from '../../database/stream-pool.js';
import { type Address, isLid } from '../../kernel/identifiers/address.js';
import type { SessionName } from '../../kernel/identifiers/session-name.js';
import { SessionNotFound } from '../../sessions/sessions.errors.js';
import { FIRST_NAME, FULL_NAME } from '../contact.sql.js';

/** Names of a contact. Every field is a string; `""` means unknown. */
export interface ContactNames {
  /** `<digits>@s.whatsapp.net`. */
  jid: string;
  push_name: string;
  /** The name saved on the phone. */
  full_name: string;
  /** The first name saved on the phone. */
  first_name: string;
}

const FIELDS = `c.jid,
  coalesce(c.push_name, '') AS push_name,
  coalesce(${FULL_NAME}, '') AS full_name,
  coalesce(${FIRST_NAME}, '') AS first_name`;

/** Contacts with a number and at least one of the names above. */
const IS_LISTED = `c.jid IS NOT NULL
  AND num_nonnulls(c.push_name, c.full_name, c.first_name, c.lid_full_name, c.lid_first_name) > 0`;

/** Forms of one contact's address, either numbers or LIDs, the preferred one first. */
export type AddressForms = [Address, ...Address[]];

/** A contact with one of the requested addresses. If there are none, one row with the account only. */
type FoundRow = ContactNames & { account_id: number | null; synced: boolean; address: Address | null };

/** Result of a lookup. */
export interface FoundContact {
  /** Whether the first sync of the account is complete. */
  synced: boolean;
  contact: ContactNames | null;
}

/** Looks up and lists the names of contacts. */
@Injectable()
export class ContactsRepository {
  private readonly pool: Pool;
  private readonly lookups = {
    jid: new SharedQueries((session: SessionName, forms: AddressForms[]) =>
      this.findAll('jid', session, forms),
    ),
    lid: new SharedQueries((session: SessionName, forms: AddressForms[]) =>
      this.findAll('lid', session, forms),
    ),
  };

  constructor(
    @InjectDataSource() dataSource: DataSource,
    @Inject(StreamPool) private readonly streams: Pool,
  ) {
    this.pool = poolOf(dataSource);
  }

  /**
   * Finds a contact. Lookups of a session share queries, because the round trip to the database costs more than the
   * rest of a response.
   *
   * @returns null if no account was linked yet
   * @throws SessionNotFound
   */
  find(session: SessionName, addresses: AddressForms): Promise<FoundContact | null> {
    return this.lookups[isLid(addresses[0]) ? 'lid' : 'jid'].load(session, addresses);
  }

  private async findAll(
    column: 'jid' | 'lid',
    session: SessionName,
    lookups: AddressForms[],
  ): Promise<(FoundContact | null)[]> {
    const { rows } = await this.pool.query<FoundRow>({
      text: `SELECT a.id AS account_id, a.synced_at IS NOT NULL AS synced, c.${column} AS address, ${FIELDS}
        FROM session s LEFT JOIN account a ON a.id = s.account_id
        LEFT JOIN contact c ON c.account_id = a.id AND c.${column} = ANY ($1::text[]) AND ${IS_LISTED}
        WHERE s.name = $2`,
      values: [lookups.flat(), session],
    });
    const [first] = rows;
    if (!first) throw new SessionNotFound(session);
    if (first.account_id === null) return lookups.map(() => null);
    const { synced } = first;
    const byAddress = new Map(
      rows.map(({ account_id: _, synced: __, address, ...contact }) => [address, contact]),
    );
    return lookups.map((addresses) => {
      const address = addresses.find((each) => byAddress.has(each));
      return { synced, contact: (address && byAddress.get(address)) ?? null };
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
   * Streams all contacts in the order of JIDs with COPY. Each line is a comma and a JSON object. Memory use does not
   * depend on the number of contacts.
   *
   * @returns the lines, and the number of the last change that they contain
   */
  async stream(accountId: number): Promise<{ changesNext: string; rows: Readable }> {
    const { before, rows } = await copySnapshot<{ latest: string }>(
      this.streams,
      { text: 'SELECT feed_latest AS latest FROM account WHERE id = $1', values: [accountId] },
      `SELECT ',' || row_to_json(listed)
       FROM (SELECT ${FIELDS} FROM contact c
             WHERE c.account_id = ${accountId} AND ${IS_LISTED} ORDER BY c.jid) listed`,
    );
    return { changesNext: before?.latest ?? '0', rows };
  }
}
