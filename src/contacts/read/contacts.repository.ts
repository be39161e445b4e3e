import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import DataLoader from 'dataloader';
import type { Pool } from 'pg';
import type { Readable } from 'node:stream';
import { DataSource } from 'typeorm';
import { copySnapshot } from '../../database/copy-lines.js';
import { poolOf } from '../../database/postgres-pool.js';
import { StreamPool } from '../../database/stream-pool.js';
import type { SessionName } from '../../kernel/identifiers/session-name.js';
import { SessionNotFound } from '../../sessions/sessions.errors.js';
import { type Address, isLid } from '../../kernel/identifiers/address.js';
import { FIRST_NAME, FULL_NAME } from '../contact.sql.js';

/** A contact as the two routes of names give it; every field is a string, `""` where nothing is known. */
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

/** Listed are people with a number and at least one name. */
const IS_LISTED = `c.jid IS NOT NULL
  AND num_nonnulls(c.push_name, c.full_name, c.first_name, c.lid_full_name, c.lid_first_name) > 0`;

/** Forms of one person's address, all by number or all by LID, the preferred one first. */
export type AddressForms = [Address, ...Address[]];

interface Lookup {
  session: SessionName;
  addresses: AddressForms;
}

/** A contact under one of the addresses asked for; without any, one row that tells of the account alone. */
type FoundRow = ContactNames & { account_id: number | null; synced: boolean; address: Address | null };

const MAX_BATCH = 500;

/** What one look-up finds: whether the first sync of the session's account is complete, and the contact. */
export interface FoundContact {
  synced: boolean;
  contact: ContactNames | null;
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
   * Look-ups of one session that come in at the same moment are one query: under load the round trip to the database
   * costs more than all the rest of an answer.
   * @param addresses forms of one person's address, the preferred one first
   * @returns null when no account is linked yet
   * @throws SessionNotFound
   */
  find(session: SessionName, addresses: AddressForms): Promise<FoundContact | null> {
    return this.lookups[isLid(addresses[0]) ? 'lid' : 'jid'].load({ session, addresses });
  }

  private createLoader(column: 'jid' | 'lid'): DataLoader<Lookup, FoundContact | null> {
    return new DataLoader((lookups) => this.findBySession(column, lookups), {
      cache: false,
      maxBatchSize: MAX_BATCH,
      // After everything that has been read from the sockets in this turn of the event loop.
      batchScheduleFn: setImmediate,
    });
  }

  /** One query a session: no statement reads the data of two accounts. */
  private async findBySession(
    column: 'jid' | 'lid',
    lookups: readonly Lookup[],
  ): Promise<(FoundContact | null | Error)[]> {
    const found = new Map<Lookup, FoundContact | null | Error>();
    const findOf = async (session: SessionName, ofSession: Lookup[]) => {
      const results = await this.findAll(column, session, ofSession).catch((error: Error) => error);
      ofSession.forEach((lookup, i) =>
        found.set(lookup, Array.isArray(results) ? (results[i] ?? null) : results),
      );
    };
    const bySession = new Map<SessionName, Lookup[]>();
    for (const lookup of lookups) {
      const ofSession = bySession.get(lookup.session);
      if (ofSession) ofSession.push(lookup);
      else bySession.set(lookup.session, [lookup]);
    }
    await Promise.all([...bySession].map(([session, ofSession]) => findOf(session, ofSession)));
    return lookups.map((lookup) => found.get(lookup) ?? null);
  }

  private async findAll(
    column: 'jid' | 'lid',
    session: SessionName,
    lookups: Lookup[],
  ): Promise<(FoundContact | null)[]> {
    const { rows } = await this.pool.query<FoundRow>({
      text: `SELECT a.id AS account_id, a.synced_at IS NOT NULL AS synced, c.${column} AS address, ${FIELDS}
        FROM session s LEFT JOIN account a ON a.id = s.account_id
        LEFT JOIN contact c ON c.account_id = a.id AND c.${column} = ANY ($1::text[]) AND ${IS_LISTED}
        WHERE s.name = $2`,
      values: [lookups.flatMap(({ addresses }) => addresses), session],
    });
    const [first] = rows;
    if (!first) throw new SessionNotFound(session);
    if (first.account_id === null) return lookups.map(() => null);
    const { synced } = first;
    const byAddress = new Map(
      rows.map(({ account_id: _, synced: __, address, ...contact }) => [address, contact]),
    );
    return lookups.map(({ addresses }) => {
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
   * Every listed contact in the order of JIDs, one JSON object a line; after the first, each line begins with a
   * comma. Memory stays flat, whatever the number of contacts.
   * @returns also the number of the last change that they hold
   */
  async stream(accountId: number): Promise<{ changesNext: string; rows: Readable }> {
    const { before, rows } = await copySnapshot<{ latest: string }>(
      this.streams,
      { text: 'SELECT feed_latest AS latest FROM account WHERE id = $1', values: [accountId] },
      `SELECT CASE WHEN row_number() OVER () = 1 THEN '' ELSE ',' END || row_to_json(listed)
       FROM (SELECT ${FIELDS} FROM contact c
             WHERE c.account_id = ${accountId} AND ${IS_LISTED} ORDER BY c.jid) listed`,
    );
    return { changesNext: before?.latest ?? '0', rows };
  }
}
