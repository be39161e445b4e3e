import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { Transaction } from '../../database/transaction.js';
import { type Address, isLid, type Jid, type Lid } from '../../kernel/identifiers/address.js';
import { forEachBatch } from '../address-batches.js';
import { HAS_NAME } from '../contact.sql.js';
import type { PictureState } from '../entities/contact-picture.entity.js';

/** A contact whose about text, picture and keys are fetched next. Has at least one address. */
export interface DueContact {
  id: string;
  jid: Jid | null;
  lid: Lid | null;
  /** ID of the picture whose bytes are stored; null if the picture has to be fetched regardless of its ID. */
  pictureId: string | null;
  /** Null: WhatsApp was not queried yet. */
  pictureState: PictureState | null;
  /** Whether a caller or a notification requested the fetch. */
  isRequested: boolean;
}

/** A contact whose changed picture is fetched next. */
export interface DuePicture {
  /** ID of the contact. */
  id: string;
  jid: Jid | null;
  lid: Lid | null;
  /** ID of the picture whose bytes are stored; null if none are. */
  pictureId: string | null;
}

/**
 * Kinds of fetches, the most urgent first: contacts that a caller or a notification requested, changed pictures, and
 * contacts whose profile is unknown or outdated.
 */
export const FETCH_LANES = ['requested', 'pictures', 'batch'] as const;
export type FetchLane = (typeof FETCH_LANES)[number];

/** IDs of accounts for each lane. */
export type AccountsByLane = Record<FetchLane, number[]>;

export interface FetchProgress {
  /** Contacts with a name of any kind. Only these are fetched without a request. */
  people: number;
  /** The ones that were fetched at least once. */
  fetched: number;
  /** Requested, never fetched, or outdated. */
  due: number;
}

export interface DueOptions {
  /** Age at which a profile is outdated. */
  refreshAfterDays?: number;
  /** Pause after a fetch that did not finish. */
  retryAfterMinutes?: number;
  /** Excludes contacts that neither a caller nor a notification requested. */
  onlyRequested?: boolean;
}

/** Contacts that WhatsApp omitted from its last response follow all others, after at least a day. */
const NOT_MISSED = 'profile_missed_at IS NULL';
const MISSED_LONG_AGO = `profile_missed_at < now() - interval '1 day'`;

const NOT_ATTEMPTED = `(profile_attempted_at IS NULL OR profile_attempted_at < now() - $4 * interval '1 minute')`;

/** Keeps the time of an earlier request, unless a fetch has begun since. */
const REQUESTED_AT = 'coalesce(CASE WHEN profile_attempted_at IS NULL THEN profile_requested_at END, now())';

/** A picture that WhatsApp did not return is requested again after a day. */
const PICTURE_IS_DUE = `state = 'changed' AND (asked_at IS NULL OR asked_at < now() - interval '1 day')`;

/**
 * Queue of profile fetches. The times on the contacts determine which ones are due, so the queue survives restarts and
 * needs no other rows. Contacts without a name, for example from groups, are only fetched on request.
 */
@Injectable()
export class ProfileFetchesRepository {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** Claims due contacts: requested ones first, then new ones, the newest first, then outdated ones. */
  async takeDue(
    accountId: number,
    limit: number,
    { refreshAfterDays = 7, retryAfterMinutes = 15, onlyRequested = false }: DueOptions = {},
  ): Promise<DueContact[]> {
    return this.dataSource.query<DueContact[]>(
      `WITH due AS (
         (SELECT id, 1 AS turn, row_number() OVER (ORDER BY profile_requested_at, id) AS place FROM contact
          WHERE account_id = $1 AND profile_requested_at IS NOT NULL AND ${NOT_ATTEMPTED}
          ORDER BY profile_requested_at, id LIMIT $2)
         UNION ALL
         (SELECT id, 2, row_number() OVER (ORDER BY profile_fetched_at NULLS FIRST, id DESC) FROM contact c
          WHERE NOT $5 AND account_id = $1 AND ${HAS_NAME} AND ${NOT_MISSED} AND profile_requested_at IS NULL
            AND (profile_fetched_at IS NULL OR profile_fetched_at < now() - $3 * interval '1 day') AND ${NOT_ATTEMPTED}
          ORDER BY profile_fetched_at NULLS FIRST, id DESC LIMIT $2)
         UNION ALL
         (SELECT id, 3, row_number() OVER (ORDER BY profile_missed_at, id) FROM contact c
          WHERE NOT $5 AND account_id = $1 AND ${HAS_NAME} AND ${MISSED_LONG_AGO} AND profile_requested_at IS NULL
            AND ${NOT_ATTEMPTED}
          ORDER BY profile_missed_at, id LIMIT $2)
       ), next AS (SELECT id, turn, place FROM due ORDER BY turn, place LIMIT $2),
       taken AS (
         UPDATE contact c SET profile_attempted_at = now() FROM next
         WHERE c.account_id = $1 AND c.id = next.id AND ${NOT_ATTEMPTED}
         RETURNING c.id, c.jid, c.lid, next.turn, next.place
       )
       SELECT t.id, t.jid, t.lid, t.turn = 1 AS "isRequested",
         CASE WHEN p.state = 'present' AND p.size_bytes IS NOT NULL THEN p.picture_id END AS "pictureId",
         p.state AS "pictureState"
       FROM taken t LEFT JOIN contact_picture p ON p.account_id = $1 AND p.contact_id = t.id
       ORDER BY t.turn, t.place`,
      [accountId, limit, refreshAfterDays, retryAfterMinutes, onlyRequested],
    );
  }

  /** Claims contacts whose picture has changed: new ones first, then those whose last query is a day ago. */
  async takePictures(accountId: number, limit: number): Promise<DuePicture[]> {
    return this.dataSource.query<DuePicture[]>(
      `WITH next AS (
         SELECT contact_id FROM contact_picture WHERE account_id = $1 AND ${PICTURE_IS_DUE}
         ORDER BY asked_at NULLS FIRST, contact_id DESC LIMIT $2
       ), taken AS (
         UPDATE contact_picture p SET asked_at = now() FROM next
         WHERE p.account_id = $1 AND p.contact_id = next.contact_id
         RETURNING p.contact_id, CASE WHEN p.size_bytes IS NOT NULL THEN p.picture_id END AS picture_id
       )
       SELECT c.id, c.jid, c.lid, t.picture_id AS "pictureId"
       FROM taken t JOIN contact c ON c.account_id = $1 AND c.id = t.contact_id`,
      [accountId, limit],
    );
  }

  /** Returns whether the picture has not changed again since takePictures() returned it. */
  async isLatest(tx: Transaction, accountId: number, contactId: string): Promise<boolean> {
    const rows = await tx.query<unknown[]>(
      'SELECT FROM contact_picture WHERE account_id = $1 AND contact_id = $2 AND asked_at IS NOT NULL',
      [accountId, contactId],
    );
    return rows.length > 0;
  }

  /**
   * Returns the accounts that have due fetches. One statement serves all sessions of a thread; each EXISTS reads a
   * range of an index.
   */
  async findAccountsDue(
    accounts: AccountsByLane,
    { refreshAfterDays = 7, retryAfterMinutes = 15 }: DueOptions = {},
  ): Promise<AccountsByLane> {
    const rows = await this.dataSource.query<{ lane: FetchLane; account: number }[]>(
      `SELECT DISTINCT 'requested' AS lane, account_id AS account FROM contact
       WHERE account_id = ANY ($1::int[]) AND profile_requested_at IS NOT NULL AND ${NOT_ATTEMPTED}
       UNION ALL
       SELECT 'pictures', account FROM unnest($5::int[]) AS a (account) WHERE EXISTS (
         SELECT FROM contact_picture WHERE account_id = account AND ${PICTURE_IS_DUE})
       UNION ALL
       SELECT 'batch', account FROM unnest($2::int[]) AS a (account) WHERE EXISTS (
         SELECT FROM contact c WHERE account_id = account AND ${HAS_NAME} AND ${NOT_MISSED}
           AND profile_fetched_at IS NULL AND ${NOT_ATTEMPTED}
       ) OR EXISTS (
         SELECT FROM contact c WHERE account_id = account AND ${HAS_NAME} AND ${NOT_MISSED}
           AND profile_fetched_at < now() - $3 * interval '1 day' AND ${NOT_ATTEMPTED}
       ) OR EXISTS (
         SELECT FROM contact c WHERE account_id = account AND ${HAS_NAME} AND ${MISSED_LONG_AGO} AND ${NOT_ATTEMPTED})`,
      [accounts.requested, accounts.batch, refreshAfterDays, retryAfterMinutes, accounts.pictures],
    );
    const due: AccountsByLane = { requested: [], pictures: [], batch: [] };
    for (const { lane, account } of rows) due[lane].push(account);
    return due;
  }

  /** Marks contacts as fetched. Requests made after the fetch began remain. */
  async finish(tx: Transaction, accountId: number, ids: string[]): Promise<void> {
    await this.end(tx, accountId, ids, 'profile_fetched_at = now(), profile_missed_at = NULL');
  }

  /** Marks contacts as omitted from WhatsApp's response. They are not due for a day unless they are requested. */
  async postpone(tx: Transaction, accountId: number, ids: string[]): Promise<void> {
    await this.end(tx, accountId, ids, 'profile_missed_at = now()');
  }

  private async end(tx: Transaction, accountId: number, ids: string[], result: string): Promise<void> {
    if (ids.length === 0) return;
    await tx.query(
      `UPDATE contact SET ${result}, profile_attempted_at = NULL,
         profile_requested_at = CASE WHEN profile_requested_at > profile_attempted_at THEN profile_requested_at END
       WHERE account_id = $1 AND id = ANY ($2::bigint[])`,
      [accountId, ids],
    );
  }

  /** Requests a fetch before all others. Returns whether the contact exists. */
  async request(accountId: number, address: Address): Promise<boolean> {
    const [, count] = await this.dataSource.query<[unknown, number]>(
      `UPDATE contact SET profile_requested_at = ${REQUESTED_AT}
       WHERE account_id = $1 AND ${isLid(address) ? 'lid' : 'jid'} = $2`,
      [accountId, address],
    );
    return count > 0;
  }

  /** Requests fetches for all addresses that exist. */
  async requestAll(tx: Transaction, accountId: number, addresses: Address[]): Promise<void> {
    const contacts = addresses.map((address) => ({ address }));
    await forEachBatch(contacts, async (column, batch) => {
      await tx.query(
        `UPDATE contact SET profile_requested_at = ${REQUESTED_AT}
         WHERE account_id = $1 AND ${column} = ANY ($2::text[])`,
        [accountId, batch.map(({ address }) => address)],
      );
    });
  }

  /**
   * Requests fetches for contacts whose current identity key is unknown or differs, at most once an hour per contact.
   *
   * @param hints unverified keys of 32 bytes
   */
  async requestForNewKeys(
    tx: Transaction,
    accountId: number,
    hints: readonly { address: Address; key: Buffer }[],
  ): Promise<void> {
    await forEachBatch(hints, async (column, batch) => {
      await tx.query(
        `UPDATE contact c SET profile_requested_at = now()
         FROM unnest($2::text[], $3::bytea[]) AS h (address, key)
         WHERE c.account_id = $1 AND c.${column} = h.address AND c.profile_requested_at IS NULL
           AND (c.profile_attempted_at IS NULL OR c.profile_attempted_at < now() - interval '1 hour')
           AND NOT EXISTS (
             SELECT FROM identity_key k
             WHERE k.account_id = $1 AND k.contact_id = c.id AND k.is_current AND k.key = h.key
           )`,
        [accountId, batch.map(({ address }) => address), batch.map(({ key }) => key)],
      );
    });
  }

  async progress(accountId: number, { refreshAfterDays = 7 }: DueOptions = {}): Promise<FetchProgress> {
    const [progress] = await this.dataSource.query<[FetchProgress]>(
      `SELECT count(*) FILTER (WHERE ${HAS_NAME})::int AS people,
         count(profile_fetched_at) FILTER (WHERE ${HAS_NAME})::int AS fetched,
         count(*) FILTER (WHERE profile_requested_at IS NOT NULL OR (${HAS_NAME} AND CASE
           WHEN ${NOT_MISSED} THEN profile_fetched_at IS NULL OR profile_fetched_at < now() - $2 * interval '1 day'
           ELSE ${MISSED_LONG_AGO} END))::int AS due
       FROM contact c WHERE account_id = $1`,
      [accountId, refreshAfterDays],
    );
    return progress;
  }
}
