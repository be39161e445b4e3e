import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { type Address } from '../../kernel/identifiers/address.js';
import type { Transaction } from '../../database/transaction.js';
import { OutdatedRead } from './app-state-errors.js';
import { UNFINISHED } from '../reading/unfinished-reads.js';
import { LT_HASH_BYTES, macKeyOf, type ValueMacs } from './lt-hash.js';

/** Where a collection stands. */
export interface CollectionState {
  /** 0: nothing was read yet. */
  version: number;
  ltHash: Buffer;
  generation: number;
  /** Whether the records are being read anew from version 0, page by page, and pages are missing. */
  isRebuilding: boolean;
}

/** A collection as it is kept: where it stands, and what else there is to know before it is read on. */
export interface KeptCollection extends CollectionState {
  /** Whether a snapshot has failed so lately that another one is not to be asked for. */
  hasSnapshotFailed: boolean;
  /** Whether the phone has sent all records, and nobody has read them yet. */
  hasRecovery: boolean;
  /** Whether reads in reader processes failed to finish so recently that another one must not begin. */
  isSuspended: boolean;
}

/** A record to keep: it belongs to the current generation. */
export interface KeptRecord {
  indexMac: Buffer;
  valueMac: Buffer;
  address: Address | null;
}

const MAX_BATCH_ROWS = 5_000;

/** As WhatsApp Web and mautrix-whatsapp have it. */
const BETWEEN_RECOVERIES = '48 hours';

/** After a snapshot that failed. WhatsApp limits the rate of those who ask every few minutes (429). */
const BETWEEN_SNAPSHOTS = '6 hours';

/** After this many unfinished reads, the next one waits as long as after a failed snapshot. */
const IS_SUSPENDED = `unfinished_reads >= ${UNFINISHED.limit} AND read_began_at > now() - interval '${BETWEEN_SNAPSHOTS}'`;

/** Versions, LT hashes and MACs of app-state collections. */
@Injectable()
export class AppStateRepository {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  async getState(accountId: number, collection: string): Promise<KeptCollection> {
    type Row = Omit<KeptCollection, 'version' | 'generation'> & { version: string; generation: string };
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

  async markSnapshot(
    tx: Transaction,
    accountId: number,
    collection: string,
    hasFailed: boolean,
  ): Promise<void> {
    await tx.query(
      `UPDATE app_state_collection SET snapshot_failed_at = CASE WHEN $3 THEN now() END
       WHERE account_id = $1 AND name = $2`,
      [accountId, collection, hasFailed],
    );
  }

  /**
   * Holds the collection until the end of the transaction, as it was when the caller began to read.
   * @throws OutdatedRead when another read (of the connection before this one, or one whose commit was not
   *   confirmed) or a new link has moved it since
   */
  async requireState(
    tx: Transaction,
    accountId: number,
    collection: string,
    state: CollectionState,
  ): Promise<void> {
    await this.addCollection(tx, accountId, collection);
    const held = await tx.query<unknown[]>(
      `SELECT FROM app_state_collection
       WHERE account_id = $1 AND name = $2 AND version = $3 AND generation = $4 FOR UPDATE`,
      [accountId, collection, state.version, state.generation],
    );
    if (held.length === 0) throw new OutdatedRead(collection);
  }

  /**
   * Counts a read before it begins, so that input that crashes a process is not read forever.
   * @returns false if it must not begin
   */
  async beginRead(tx: Transaction, accountId: number, collection: string): Promise<boolean> {
    await this.addCollection(tx, accountId, collection);
    const [rows] = await tx.query<[unknown[], number]>(
      `UPDATE app_state_collection
       SET unfinished_reads = least(unfinished_reads + ${UNFINISHED.begun}, ${UNFINISHED.limit}), read_began_at = now()
       WHERE account_id = $1 AND name = $2 AND (${IS_SUSPENDED}) IS NOT TRUE RETURNING 1`,
      [accountId, collection],
    );
    return rows.length > 0;
  }

  /** Records that a read has failed in a way that is likely to recur. */
  async countFailedRead(tx: Transaction, accountId: number, collection: string): Promise<void> {
    await tx.query(
      `UPDATE app_state_collection SET unfinished_reads = least(unfinished_reads + ${UNFINISHED.failed}, ${UNFINISHED.limit})
       WHERE account_id = $1 AND name = $2`,
      [accountId, collection],
    );
  }

  /** Records that a read has ended, successfully or not. */
  async endRead(tx: Transaction, accountId: number, collection: string): Promise<void> {
    await tx.query(
      'UPDATE app_state_collection SET unfinished_reads = 0 WHERE account_id = $1 AND name = $2',
      [accountId, collection],
    );
  }

  private async addCollection(tx: Transaction, accountId: number, collection: string): Promise<void> {
    await tx.query(
      `INSERT INTO app_state_collection (account_id, name, version, lt_hash, generation)
       VALUES ($1, $2, 0, $3, 0) ON CONFLICT DO NOTHING`,
      [accountId, collection, Buffer.alloc(LT_HASH_BYTES)],
    );
  }

  async saveState(
    tx: Transaction,
    accountId: number,
    collection: string,
    state: CollectionState,
  ): Promise<void> {
    await tx.query(
      `INSERT INTO app_state_collection (account_id, name, version, lt_hash, generation, is_rebuilding)
       VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (account_id, name) DO UPDATE SET version = EXCLUDED.version, lt_hash = EXCLUDED.lt_hash,
         generation = EXCLUDED.generation, is_rebuilding = EXCLUDED.is_rebuilding`,
      [accountId, collection, state.version, state.ltHash, state.generation, state.isRebuilding],
    );
  }

  /** After linking anew everything is read from the start; the records stay until a snapshot replaces them. */
  async restart(tx: Transaction, accountId: number): Promise<void> {
    await tx.query(
      `UPDATE app_state_collection SET version = 0, lt_hash = $2, snapshot_failed_at = NULL, recovery_asked_at = NULL,
         recovery = NULL, unfinished_reads = 0 WHERE account_id = $1`,
      [accountId, Buffer.alloc(LT_HASH_BYTES)],
    );
  }

  /** Value MACs of the records, of this generation, that the index MACs name. */
  async findValueMacs(
    accountId: number,
    collection: string,
    generation: number,
    indexMacs: Buffer[],
  ): Promise<ValueMacs> {
    const rows = await this.dataSource.query<{ index_mac: Buffer; value_mac: Buffer }[]>(
      `SELECT index_mac, value_mac FROM app_state_record
       WHERE account_id = $1 AND collection = $2 AND generation = $3 AND index_mac = ANY ($4::bytea[])`,
      [accountId, collection, generation, indexMacs],
    );
    return new Map(rows.map((row) => [macKeyOf(row.index_mac), row.value_mac]));
  }

  async saveRecords(
    tx: Transaction,
    accountId: number,
    collection: string,
    generation: number,
    records: KeptRecord[],
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

  /** @returns whether the phone may be asked for all records now; then it counts as asked */
  async claimRecovery(tx: Transaction, accountId: number, collection: string): Promise<boolean> {
    const [rows] = await tx.query<[unknown[], number]>(
      `UPDATE app_state_collection SET recovery_asked_at = now(), recovery_answered_at = NULL
       WHERE account_id = $1 AND name = $2
         AND (recovery_asked_at IS NULL OR recovery_asked_at < now() - $3::interval)
       RETURNING 1`,
      [accountId, collection, BETWEEN_RECOVERIES],
    );
    return rows.length > 0;
  }

  /** The phone could not be asked. */
  async releaseRecovery(tx: Transaction, accountId: number, collection: string): Promise<void> {
    await tx.query(
      'UPDATE app_state_collection SET recovery_asked_at = NULL WHERE account_id = $1 AND name = $2',
      [accountId, collection],
    );
  }

  /** Stores the phone's response. Only the first response to a request is accepted. */
  async saveRecovery(
    tx: Transaction,
    accountId: number,
    collection: string,
    answer: Buffer,
  ): Promise<boolean> {
    const [rows] = await tx.query<[unknown[], number]>(
      `UPDATE app_state_collection SET recovery = $3, recovery_answered_at = now(), unfinished_reads = 0
       WHERE account_id = $1 AND name = $2 AND recovery_asked_at IS NOT NULL AND recovery_answered_at IS NULL
       RETURNING 1`,
      [accountId, collection, answer],
    );
    return rows.length > 0;
  }

  /** Records that the phone's response has been read. */
  async removeRecovery(tx: Transaction, accountId: number, collection: string): Promise<void> {
    await tx.query('UPDATE app_state_collection SET recovery = NULL WHERE account_id = $1 AND name = $2', [
      accountId,
      collection,
    ]);
  }

  /** What the phone has answered and nobody has read yet. */
  async findRecovery(accountId: number, collection: string): Promise<Buffer> {
    const rows = await this.dataSource.query<{ recovery: Buffer | null }[]>(
      'SELECT recovery FROM app_state_collection WHERE account_id = $1 AND name = $2',
      [accountId, collection],
    );
    return rows[0]?.recovery ?? Buffer.alloc(0);
  }

  /** Returns addresses of saved contacts that no record of this generation names. */
  async findSavedWithoutRecord(
    tx: Transaction,
    accountId: number,
    collection: string,
    generation: number,
  ): Promise<Address[]> {
    // EXCEPT instead of NOT EXISTS: without statistics for rows that were just written, Postgres would scan the table for each one.
    const rows = await tx.query<{ address: Address }[]>(
      `(SELECT jid AS address FROM contact WHERE account_id = $1 AND saved AND jid IS NOT NULL
        UNION SELECT lid FROM contact WHERE account_id = $1 AND lid_saved AND lid IS NOT NULL)
       EXCEPT SELECT address FROM app_state_record WHERE account_id = $1 AND collection = $2 AND generation = $3`,
      [accountId, collection, generation],
    );
    return rows.map(({ address }) => address);
  }

  /** Deletes the remains of an incomplete snapshot: records of later generations. */
  async deleteLater(
    tx: Transaction,
    accountId: number,
    collection: string,
    generation: number,
  ): Promise<void> {
    await tx.query(
      'DELETE FROM app_state_record WHERE account_id = $1 AND collection = $2 AND generation > $3',
      [accountId, collection, generation],
    );
  }

  /**
   * Deletes the records that the index MACs name.
   * @returns people of whom no record is left
   */
  async deleteRecords(
    tx: Transaction,
    accountId: number,
    collection: string,
    indexMacs: Buffer[],
  ): Promise<Address[]> {
    const [deleted] = await tx.query<[{ address: Address | null }[], number]>(
      `DELETE FROM app_state_record
       WHERE account_id = $1 AND collection = $2 AND index_mac = ANY ($3::bytea[]) RETURNING address`,
      [accountId, collection, indexMacs],
    );
    return this.withoutRecord(tx, accountId, collection, deleted);
  }

  /**
   * Deletes the records that a snapshot did not hold: those of earlier generations.
   * @returns people of whom no record is left
   */
  async deleteEarlier(
    tx: Transaction,
    accountId: number,
    collection: string,
    generation: number,
  ): Promise<Address[]> {
    const rows = await tx.query<{ address: Address }[]>(
      `WITH deleted AS (
         DELETE FROM app_state_record WHERE account_id = $1 AND collection = $2 AND generation < $3 RETURNING address
       )
       SELECT address FROM deleted WHERE address IS NOT NULL
       EXCEPT SELECT address FROM app_state_record WHERE account_id = $1 AND collection = $2 AND generation >= $3`,
      [accountId, collection, generation],
    );
    return rows.map(({ address }) => address);
  }

  /** Deletes the records of earlier generations that this one also contains. */
  async deleteReplaced(
    tx: Transaction,
    accountId: number,
    collection: string,
    generation: number,
  ): Promise<void> {
    await tx.query(
      `DELETE FROM app_state_record earlier USING app_state_record r
       WHERE r.account_id = $1 AND r.collection = $2 AND r.generation = $3
         AND earlier.account_id = $1 AND earlier.collection = $2 AND earlier.index_mac = r.index_mac
         AND earlier.generation < $3`,
      [accountId, collection, generation],
    );
  }

  /** A person may have several records: the index MAC changes with the sync key. */
  private async withoutRecord(
    tx: Transaction,
    accountId: number,
    collection: string,
    deleted: { address: Address | null }[],
  ): Promise<Address[]> {
    const rows = await tx.query<{ address: Address }[]>(
      `SELECT DISTINCT address FROM unnest($3::text[]) AS gone (address)
       WHERE address IS NOT NULL AND NOT EXISTS (
         SELECT FROM app_state_record r
         WHERE r.account_id = $1 AND r.collection = $2 AND r.address = gone.address
       )`,
      [accountId, collection, deleted.map(({ address }) => address)],
    );
    return rows.map(({ address }) => address);
  }
}
