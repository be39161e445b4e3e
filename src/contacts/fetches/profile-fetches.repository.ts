import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { Transaction } from '../../database/transaction.js';
import type { PictureState } from '../entities/contact-picture.entity.js';
import { type Address, isLid, type Jid, type Lid } from '../../kernel/identifiers/address.js';

/** A person whose about text, picture and keys are to be fetched now. At least one address is known. */
export interface DueContact {
  id: string;
  jid: Jid | null;
  lid: Lid | null;
  /** Id of the picture whose bytes are here; null when the picture has to be fetched whatever its id. */
  pictureId: string | null;
  /** Null: nothing is known of it. */
  pictureState: PictureState | null;
  /** A caller or a notification asked for it. */
  isRequested: boolean;
}

/** A person whose picture has changed and is to be fetched now. */
export interface DuePicture {
  /** Of the contact. */
  id: string;
  jid: Jid | null;
  lid: Lid | null;
  /** Id of the picture whose bytes are here; null when there are none. */
  pictureId: string | null;
}

/**
 * What there is to fetch, the most urgent first: people whom a caller or a notification asked for; pictures that have
 * changed; everybody whose profile is not known or too old.
 */
export const FETCH_LANES = ['requested', 'pictures', 'batch'] as const;
export type FetchLane = (typeof FETCH_LANES)[number];

/** Accounts by what they may fetch, or have to. */
export type AccountsByLane = Record<FetchLane, number[]>;

export interface FetchProgress {
  /** With a name of any kind: those that are fetched unasked. */
  people: number;
  /** Of these, fetched at least once. */
  fetched: number;
  /** Waiting: requested, never fetched, or fetched too long ago. */
  due: number;
}

export interface DueOptions {
  /** A person is fetched again after this many days. */
  refreshAfterDays?: number;
  /** A person whose fetch began and did not finish is left alone for this many minutes. */
  retryAfterMinutes?: number;
  /** Only those whom a caller or a notification asked for. */
  onlyRequested?: boolean;
}

/** Strangers (of a group, of an old chat) are not fetched unasked. As in the partial index contact_profile_due. */
const HAS_NAME =
  'num_nonnulls(push_name, full_name, first_name, lid_full_name, lid_first_name, business_name, username) > 0';

/** Contacts that WhatsApp omitted from its last response are requested after all others, at the earliest a day later. */
const NOT_MISSED = 'profile_missed_at IS NULL';
const MISSED_LONG_AGO = `profile_missed_at < now() - interval '1 day'`;

const NOT_ATTEMPTED = `(profile_attempted_at IS NULL OR profile_attempted_at < now() - $4 * interval '1 minute')`;

/** One that was asked for in vain is asked for again a day later. */
const PICTURE_IS_DUE = `state = 'changed' AND (asked_at IS NULL OR asked_at < now() - interval '1 day')`;

/**
 * The queue of profile fetches: who is due stands in times on the contact itself, so it survives restarts and grows with
 * the address book.
 */
@Injectable()
export class ProfileFetchesRepository {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** Who is next: the requested, in order; the never fetched, newest first; those fetched too long ago. Marks them. */
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
         (SELECT id, 2, row_number() OVER (ORDER BY profile_fetched_at NULLS FIRST, id DESC) FROM contact
          WHERE NOT $5 AND account_id = $1 AND ${HAS_NAME} AND ${NOT_MISSED} AND profile_requested_at IS NULL
            AND (profile_fetched_at IS NULL OR profile_fetched_at < now() - $3 * interval '1 day') AND ${NOT_ATTEMPTED}
          ORDER BY profile_fetched_at NULLS FIRST, id DESC LIMIT $2)
         UNION ALL
         (SELECT id, 3, row_number() OVER (ORDER BY profile_missed_at, id) FROM contact
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

  /** Pictures that have changed: those not asked for first, the others a day later. Marks them. */
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

  /** Whether no picture was told to have changed once more since this one was taken. */
  async isLatest(tx: Transaction, accountId: number, contactId: string): Promise<boolean> {
    const rows = await tx.query<unknown[]>(
      'SELECT FROM contact_picture WHERE account_id = $1 AND contact_id = $2 AND asked_at IS NOT NULL',
      [accountId, contactId],
    );
    return rows.length > 0;
  }

  /**
   * Of these accounts those with somebody who is due (each EXISTS is a range of an index), by lane: in one statement, for a
   * thread asks it for all of its sessions.
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
         SELECT FROM contact WHERE account_id = account AND ${HAS_NAME} AND ${NOT_MISSED} AND profile_fetched_at IS NULL
           AND ${NOT_ATTEMPTED}
       ) OR EXISTS (
         SELECT FROM contact WHERE account_id = account AND ${HAS_NAME} AND ${NOT_MISSED}
           AND profile_fetched_at < now() - $3 * interval '1 day' AND ${NOT_ATTEMPTED}
       ) OR EXISTS (
         SELECT FROM contact WHERE account_id = account AND ${HAS_NAME} AND ${MISSED_LONG_AGO} AND ${NOT_ATTEMPTED})`,
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

  /** Marks contacts as omitted from WhatsApp's response: not fetched, and not due for a day unless they are requested. */
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

  /** Has a person fetched before all others. @returns whether the person is known */
  async request(accountId: number, address: Address): Promise<boolean> {
    const [, count] = await this.dataSource.query<[unknown, number]>(
      `UPDATE contact SET profile_requested_at = coalesce(
         CASE WHEN profile_attempted_at IS NULL THEN profile_requested_at END, now())
       WHERE account_id = $1 AND ${isLid(address) ? 'lid' : 'jid'} = $2`,
      [accountId, address],
    );
    return count > 0;
  }

  /** Like request(), for many people, when a notification asks for them. Those who are not known are left out. */
  async requestAll(tx: Transaction, accountId: number, addresses: Address[]): Promise<void> {
    for (const column of ['jid', 'lid'] as const) {
      const named = addresses.filter((address) => isLid(address) === (column === 'lid'));
      if (named.length === 0) continue;
      await tx.query(
        `UPDATE contact SET profile_requested_at = coalesce(
           CASE WHEN profile_attempted_at IS NULL THEN profile_requested_at END, now())
         WHERE account_id = $1 AND ${column} = ANY ($2::text[])`,
        [accountId, named],
      );
    }
  }

  /**
   * Requests the profiles of people whose current identity key is another one, or not known. Whoever claims ever new keys is fetched
   * once an hour.
   * @param hints keys of 32 bytes that nothing has verified
   */
  async requestForNewKeys(
    tx: Transaction,
    accountId: number,
    hints: readonly { address: Address; key: Buffer }[],
  ): Promise<void> {
    for (const column of ['jid', 'lid'] as const) {
      const named = hints.filter(({ address }) => isLid(address) === (column === 'lid'));
      if (named.length === 0) continue;
      await tx.query(
        `UPDATE contact c SET profile_requested_at = now()
         FROM unnest($2::text[], $3::bytea[]) AS h (address, key)
         WHERE c.account_id = $1 AND c.${column} = h.address AND c.profile_requested_at IS NULL
           AND (c.profile_attempted_at IS NULL OR c.profile_attempted_at < now() - interval '1 hour')
           AND NOT EXISTS (
             SELECT FROM identity_key k
             WHERE k.account_id = $1 AND k.contact_id = c.id AND k.is_current AND k.key = h.key
           )`,
        [accountId, named.map(({ address }) => address), named.map(({ key }) => key)],
      );
    }
  }

  async progress(accountId: number, { refreshAfterDays = 7 }: DueOptions = {}): Promise<FetchProgress> {
    const [progress] = await this.dataSource.query<[FetchProgress]>(
      `SELECT count(*) FILTER (WHERE ${HAS_NAME})::int AS people,
         count(profile_fetched_at) FILTER (WHERE ${HAS_NAME})::int AS fetched,
         count(*) FILTER (WHERE profile_requested_at IS NOT NULL OR (${HAS_NAME} AND CASE
           WHEN ${NOT_MISSED} THEN profile_fetched_at IS NULL OR profile_fetched_at < now() - $2 * interval '1 day'
           ELSE ${MISSED_LONG_AGO} END))::int AS due
       FROM contact WHERE account_id = $1`,
      [accountId, refreshAfterDays],
    );
    return progress;
  }
}
