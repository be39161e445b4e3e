import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { Transaction } from '../database/transaction.js';

/** Changes of the account itself. Null and absent values change nothing. */
export interface AccountChanges {
  lid?: string | null;
  pushName?: string | null;
}

/** Time between two reconciliations of the address book with the server. */
const RECONCILE_EVERY = '1 day';

/** Minimum time between snapshots that WhatsApp requests. More frequent requests are rate limited. */
const SNAPSHOT_EVERY = '6 hours';

@Injectable()
export class AccountsRepository {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /**
   * Stores an account that was just linked, and returns its ID. Keeps the data of an account that was linked before,
   * but marks it as not synced. Concurrent links of the same account wait for the transaction.
   */
  async add(
    tx: Transaction,
    account: { jid: string; lid: string | null; identityKey: Buffer | null },
  ): Promise<number> {
    const [{ id }] = await tx.query<[{ id: number }]>(
      `INSERT INTO account (jid, lid, identity_key, linked_at, feed_start, feed_latest)
       SELECT $1, $2, $3, now(), start, start FROM (SELECT (extract(epoch FROM now()) * 1000000)::bigint AS start) feed
       ON CONFLICT (jid) DO UPDATE
       SET lid = coalesce(EXCLUDED.lid, account.lid),
         identity_key = coalesce(EXCLUDED.identity_key, account.identity_key),
         linked_at = EXCLUDED.linked_at, synced_at = NULL, push_names_read = false
       RETURNING id`,
      [account.jid, account.lid, account.identityKey],
    );
    return id;
  }

  async update(tx: Transaction, id: number, changes: AccountChanges): Promise<void> {
    await tx.query(
      `UPDATE account SET lid = coalesce($2, lid), push_name = coalesce($3, push_name)
       WHERE id = $1 AND (lid, push_name) IS DISTINCT FROM (coalesce($2, lid), coalesce($3, push_name))`,
      [id, changes.lid ?? null, changes.pushName ?? null],
    );
  }

  /** Stores a push name of unknown age, unless one is stored already. */
  async offerPushName(tx: Transaction, id: number, pushName: string): Promise<void> {
    await tx.query('UPDATE account SET push_name = $2 WHERE id = $1 AND push_name IS NULL', [id, pushName]);
  }

  async markPushNamesRead(tx: Transaction, id: number): Promise<void> {
    await tx.query('UPDATE account SET push_names_read = true WHERE id = $1 AND NOT push_names_read', [id]);
  }

  /** Marks the address book for reconciliation with the server, because the tables are inconsistent. */
  async requestReconciliation(tx: Transaction, id: number): Promise<void> {
    await tx.query('UPDATE account SET reconciliation_due = true WHERE id = $1 AND NOT reconciliation_due', [
      id,
    ]);
  }

  /** Marks the address book for reconciliation because WhatsApp requested a sync, unless the last one is recent. */
  async requestSnapshot(tx: Transaction, id: number): Promise<void> {
    await tx.query(
      `UPDATE account SET reconciliation_due = true
       WHERE id = $1 AND NOT reconciliation_due AND reconciled_at < now() - $2::interval`,
      [id, SNAPSHOT_EVERY],
    );
  }

  async isReconciliationDue(id: number): Promise<boolean> {
    const rows = await this.dataSource.query<{ due: boolean }[]>(
      `SELECT reconciliation_due OR reconciled_at < now() - $2::interval AS due FROM account WHERE id = $1`,
      [id, RECONCILE_EVERY],
    );
    return rows[0]?.due ?? false;
  }

  async markReconciled(tx: Transaction, id: number, repaired: number): Promise<void> {
    await tx.query(
      'UPDATE account SET reconciled_at = now(), reconciliation_due = false, repaired = repaired + $2 WHERE id = $1',
      [id, repaired],
    );
  }

  /** Returns whether this call ended the first sync. */
  async markSynced(tx: Transaction, id: number): Promise<boolean> {
    const [, count] = await tx.query<[unknown, number]>(
      'UPDATE account SET synced_at = now() WHERE id = $1 AND synced_at IS NULL',
      [id],
    );
    return count > 0;
  }
}
