import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { Transaction } from '../../database/transaction.js';
import type { Address } from '../../kernel/identifiers/address.js';
import { UNFINISHED } from '../reading/unfinished-reads.js';
import { OutdatedRead } from './app-state-errors.js';
import { LT_HASH_BYTES, macKeyOf, type ValueMacs } from './lt-hash.js';

/** A collection of an account. */
export interface CollectionKey {
  accountId: number;
  /** For example `critical_unblock_low`. */
  collection: string;
}

/** How far a collection has been read. */
export interface CollectionState {
  /** 0 if nothing has been read. */
  version: number;
  ltHash: Buffer;
  generation: number;
  /** Whether the records are being read again from version 0, page by page, and pages are missing. */
  isRebuilding: boolean;
}

/** The stored state of a collection, and flags that determine how it is read next. */
export interface StoredCollection extends CollectionState {
  /** Whether a snapshot failed so recently that another one must not be requested. */
  hasSnapshotFailed: boolean;
  /** Whether the phone has sent its copy of all records, which has not been read yet. */
  hasRecovery: boolean;
  /** Whether reads in reader processes failed to finish so recently that another one must not begin. */
  isSuspended: boolean;
}

/** A record of the current generation. */
export interface StoredRecord {
  indexMac: Buffer;
  valueMac: Buffer;
  address: Address | null;
}

const MAX_BATCH_ROWS = 5_000;

/** The interval of WhatsApp Web and mautrix-whatsapp. */
const BETWEEN_RECOVERIES = '48 hours';

/** After a failed snapshot. WhatsApp limits clients that request snapshots every few minutes (429). */
const BETWEEN_SNAPSHOTS = '6 hours';

/** After this many unfinished reads, the next one waits as long as after a failed snapshot. */
const IS_SUSPENDED = `unfinished_reads >= ${UNFINISHED.limit}
  AND read_began_at > now() - interval '${BETWEEN_SNAPSHOTS}'`;

/** Stores versions, LT hashes and records of app-state collections. */
@Injectable()
export class AppStateRepository {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  async getState({ accountId, collection }: CollectionKey): Promise<StoredCollection> {
    type Row = Omit<StoredCollection, 'version' | 'generation'> & { version: string; generation: string };
    const [row] = await this.dataSource.query<Row[]>(
      `SELECT version, lt_hash AS "ltHash", generation, is_rebuilding AS "isRebuilding",
         coalesce(snapshot_failed_at > now() - $3::interval, false) AS "hasSnapshotFailed",
         recovery IS NOT NULL AS "hasRecovery", ${IS_SUSPENDED} AS "isSuspended"
       FROM app_state_collection WHERE account_id = $1 AND name = $2`,
      [accountId, collection, BETWEEN_SNAPSHOTS],
    );
    if (row) return { ...row, version: Number(row.version), generation: Number(row.generation) };
    const flags = { isRebuilding: false, hasSnapshotFailed: false, hasRecovery: false, isSuspended: false };
    return { version: 0, ltHash: Buffer.alloc(LT_HASH_BYTES), generation: 0, ...flags };
  }

  async markSnapshot(tx: Transaction, key: CollectionKey, hasFailed: boolean): Promise<void> {
    await this.update(tx, key, `snapshot_failed_at = ${hasFailed ? 'now()' : 'NULL'}`);
  }

  /**
   * Locks the collection until the end of the transaction.
   * @param state the state that the caller began to read from
   * @throws OutdatedRead if the state has changed since: by another read (of a previous connection, or one whose commit
   *   was not confirmed) or by a new link
   */
  async requireState(tx: Transaction, key: CollectionKey, state: CollectionState): Promise<void> {
    await this.addCollection(tx, key);
    const rows = await tx.query<unknown[]>(
      `SELECT FROM app_state_collection
       WHERE account_id = $1 AND name = $2 AND version = $3 AND generation = $4 FOR UPDATE`,
      [key.accountId, key.collection, state.version, state.generation],
    );
    if (rows.length === 0) throw new OutdatedRead(key.collection);
  }

  /**
   * Counts a read before it begins, so that input that crashes a process is not read forever.
   * @returns false if it must not begin
   */
  async beginRead(tx: Transaction, key: CollectionKey): Promise<boolean> {
    await this.addCollection(tx, key);
    const [rows] = await tx.query<[unknown[], number]>(
      `UPDATE app_state_collection
       SET unfinished_reads = least(unfinished_reads + ${UNFINISHED.begun}, ${UNFINISHED.limit}), read_began_at = now()
       WHERE account_id = $1 AND name = $2 AND (${IS_SUSPENDED}) IS NOT TRUE RETURNING 1`,
      [key.accountId, key.collection],
    );
    return rows.length > 0;
  }

  /** Records that a read has failed in a way that is likely to recur. */
  async countFailedRead(tx: Transaction, key: CollectionKey): Promise<void> {
    const { failed, limit } = UNFINISHED;
    await this.update(tx, key, `unfinished_reads = least(unfinished_reads + ${failed}, ${limit})`);
  }

  /** Records that a read has ended, successfully or not. */
  async endRead(tx: Transaction, key: CollectionKey): Promise<void> {
    await this.update(tx, key, 'unfinished_reads = 0');
  }

  private async update(tx: Transaction, key: CollectionKey, assignment: string): Promise<void> {
    await tx.query(`UPDATE app_state_collection SET ${assignment} WHERE account_id = $1 AND name = $2`, [
      key.accountId,
      key.collection,
    ]);
  }

  private async addCollection(tx: Transaction, { accountId, collection }: CollectionKey): Promise<void> {
    await tx.query(
      `INSERT INTO app_state_collection (account_id, name, version, lt_hash, generation)
       VALUES ($1, $2, 0, $3, 0) ON CONFLICT DO NOTHING`,
      [accountId, collection, Buffer.alloc(LT_HASH_BYTES)],
    );
  }

  async saveState(tx: Transaction, key: CollectionKey, state: CollectionState): Promise<void> {
    await tx.query(
      `INSERT INTO app_state_collection (account_id, name, version, lt_hash, generation, is_rebuilding)
       VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (account_id, name) DO UPDATE SET version = EXCLUDED.version, lt_hash = EXCLUDED.lt_hash,
         generation = EXCLUDED.generation, is_rebuilding = EXCLUDED.is_rebuilding`,
      [key.accountId, key.collection, state.version, state.ltHash, state.generation, state.isRebuilding],
    );
  }

  /** Starts all collections from the beginning after a new link. The records remain until a snapshot replaces them. */
  async restart(tx: Transaction, accountId: number): Promise<void> {
    await tx.query(
      `UPDATE app_state_collection SET version = 0, lt_hash = $2, snapshot_failed_at = NULL, recovery_asked_at = NULL,
         recovery = NULL, unfinished_reads = 0 WHERE account_id = $1`,
      [accountId, Buffer.alloc(LT_HASH_BYTES)],
    );
  }

  /** Returns the value MACs of records of this generation, by index MAC. */
  async findValueMacs(key: CollectionKey, generation: number, indexMacs: Buffer[]): Promise<ValueMacs> {
    const rows = await this.dataSource.query<{ index_mac: Buffer; value_mac: Buffer }[]>(
      `SELECT index_mac, value_mac FROM app_state_record
       WHERE account_id = $1 AND collection = $2 AND generation = $3 AND index_mac = ANY ($4::bytea[])`,
      [key.accountId, key.collection, generation, indexMacs],
    );
    return new Map(rows.map((row) => [macKeyOf(row.index_mac), row.value_mac]));
  }

  async saveRecords(
    tx: Transaction,
    { accountId, collection }: CollectionKey,
    generation: number,
    records: StoredRecord[],
  ): Promise<void> {
    for (let start = 0; start < records.length; start += MAX_BATCH_ROWS) {
      const batch = records.slice(start, start + MAX_BATCH_ROWS);
      await tx.query(
        `INSERT INTO app_state_record (account_id, collection, generation, index_mac, value_mac, address)
         SELECT $1, $2, $3, r.* FROM unnest($4::bytea[], $5::bytea[], $6::text[]) AS r
         ON CONFLICT (account_id, collection, index_mac, generation) DO UPDATE
         SET value_mac = EXCLUDED.value_mac, address = EXCLUDED.address`,
        [
          accountId,
          collection,
          generation,
          batch.map(({ indexMac }) => indexMac),
          batch.map(({ valueMac }) => valueMac),
          batch.map(({ address }) => address),
        ],
      );
    }
  }

  /** @returns whether all records may be requested from the phone now; if so, they count as requested */
  async claimRecovery(tx: Transaction, { accountId, collection }: CollectionKey): Promise<boolean> {
    const [rows] = await tx.query<[unknown[], number]>(
      `UPDATE app_state_collection SET recovery_asked_at = now(), recovery_answered_at = NULL
       WHERE account_id = $1 AND name = $2
         AND (recovery_asked_at IS NULL OR recovery_asked_at < now() - $3::interval)
       RETURNING 1`,
      [accountId, collection, BETWEEN_RECOVERIES],
    );
    return rows.length > 0;
  }

  /** Undoes claimRecovery(), because the request could not be sent. */
  async releaseRecovery(tx: Transaction, key: CollectionKey): Promise<void> {
    await this.update(tx, key, 'recovery_asked_at = NULL');
  }

  /** Stores the phone's response. Only the first response to a request is accepted. */
  async saveRecovery(tx: Transaction, key: CollectionKey, response: Buffer): Promise<void> {
    await tx.query(
      `UPDATE app_state_collection SET recovery = $3, recovery_answered_at = now(), unfinished_reads = 0
       WHERE account_id = $1 AND name = $2 AND recovery_asked_at IS NOT NULL AND recovery_answered_at IS NULL`,
      [key.accountId, key.collection, response],
    );
  }

  /** Deletes the phone's response after it has been read. */
  async removeRecovery(tx: Transaction, key: CollectionKey): Promise<void> {
    await this.update(tx, key, 'recovery = NULL');
  }

  /** Returns the phone's response that has not been read yet; empty if there is none. */
  async findRecovery({ accountId, collection }: CollectionKey): Promise<Buffer> {
    const rows = await this.dataSource.query<{ recovery: Buffer | null }[]>(
      'SELECT recovery FROM app_state_collection WHERE account_id = $1 AND name = $2',
      [accountId, collection],
    );
    return rows[0]?.recovery ?? Buffer.alloc(0);
  }

  /** Returns addresses of saved contacts that no record of this generation names. */
  async findSavedWithoutRecord(tx: Transaction, key: CollectionKey, generation: number): Promise<Address[]> {
    // EXCEPT instead of NOT EXISTS: Postgres has no statistics for rows that were just written, and would scan the
    // table for each contact.
    const rows = await tx.query<{ address: Address }[]>(
      `(SELECT jid AS address FROM contact WHERE account_id = $1 AND saved AND jid IS NOT NULL
        UNION SELECT lid FROM contact WHERE account_id = $1 AND lid_saved AND lid IS NOT NULL)
       EXCEPT SELECT address FROM app_state_record WHERE account_id = $1 AND collection = $2 AND generation = $3`,
      [key.accountId, key.collection, generation],
    );
    return rows.map(({ address }) => address);
  }

  /** Deletes the remains of an incomplete snapshot: records of later generations. */
  async deleteLater(tx: Transaction, key: CollectionKey, generation: number): Promise<void> {
    await tx.query(
      'DELETE FROM app_state_record WHERE account_id = $1 AND collection = $2 AND generation > $3',
      [key.accountId, key.collection, generation],
    );
  }

  /**
   * Deletes records by index MAC.
   * @returns contacts that have no other record; they can have several, because index MACs change with the sync key
   */
  async deleteRecords(tx: Transaction, key: CollectionKey, indexMacs: Buffer[]): Promise<Address[]> {
    const [deleted] = await tx.query<[{ address: Address | null }[], number]>(
      `DELETE FROM app_state_record
       WHERE account_id = $1 AND collection = $2 AND index_mac = ANY ($3::bytea[]) RETURNING address`,
      [key.accountId, key.collection, indexMacs],
    );
    const rows = await tx.query<{ address: Address }[]>(
      `SELECT DISTINCT address FROM unnest($3::text[]) AS gone (address)
       WHERE address IS NOT NULL AND NOT EXISTS (
         SELECT FROM app_state_record r
         WHERE r.account_id = $1 AND r.collection = $2 AND r.address = gone.address
       )`,
      [key.accountId, key.collection, deleted.map(({ address }) => address)],
    );
    return rows.map(({ address }) => address);
  }

  /**
   * Deletes the records that a snapshot does not contain: those of earlier generations.
   * @returns contacts without any remaining record
   */
  async deleteEarlier(tx: Transaction, key: CollectionKey, generation: number): Promise<Address[]> {
    const rows = await tx.query<{ address: Address }[]>(
      `WITH deleted AS (
         DELETE FROM app_state_record WHERE account_id = $1 AND collection = $2 AND generation < $3 RETURNING address
       )
       SELECT address FROM deleted WHERE address IS NOT NULL
       EXCEPT SELECT address FROM app_state_record WHERE account_id = $1 AND collection = $2 AND generation >= $3`,
      [key.accountId, key.collection, generation],
    );
    return rows.map(({ address }) => address);
  }

  /** Deletes the records of earlier generations that this one also contains. */
  async deleteReplaced(tx: Transaction, key: CollectionKey, generation: number): Promise<void> {
    await tx.query(
      `DELETE FROM app_state_record earlier USING app_state_record r
       WHERE r.account_id = $1 AND r.collection = $2 AND r.generation = $3
         AND earlier.account_id = $1 AND earlier.collection = $2 AND earlier.index_mac = r.index_mac
         AND earlier.generation < $3`,
      [key.accountId, key.collection, generation],
    );
  }
}
