import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { Transaction } from '../database/transaction.js';

/** What was learned of the account itself; null where nothing was. */
export interface AccountChanges {
  lid?: string | null;
  pushName?: string | null;
}

/** Between two reconciliations of the address book with the server's. */
const RECONCILE_EVERY = '1 day';

/** Between two snapshots that WhatsApp asks for; more often they meet a rate limit. */
const SNAPSHOT_EVERY = '6 hours';

@Injectable()
export class AccountsRepository {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /**
   * An account that was just linked. What is known of it stays; it counts as not yet synced. Until the transaction ends,
   * nobody else links it.
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
         identity_key = coalesce(EXCLUDED.identity_key, account.identity_key), linked_at = EXCLUDED.linked_at, synced_at = NULL,
         push_names_read = false
       RETURNING id`,
      [account.jid, account.lid, account.identityKey],
    );
    return id;
  }

  /** Values that are null change nothing. */
  async update(tx: Transaction, id: number, changes: AccountChanges): Promise<void> {
    await tx.query(
      `UPDATE account SET lid = coalesce($2, lid), push_name = coalesce($3, push_name)
       WHERE id = $1 AND (lid, push_name) IS DISTINCT FROM (coalesce($2, lid), coalesce($3, push_name))`,
      [id, changes.lid ?? null, changes.pushName ?? null],
    );
  }

  /** A push name out of the past: taken only where none is known. */
  async offerPushName(tx: Transaction, id: number, pushName: string): Promise<void> {
    await tx.query('UPDATE account SET push_name = $2 WHERE id = $1 AND push_name IS NULL', [id, pushName]);
  }

  async markPushNamesRead(tx: Transaction, id: number): Promise<void> {
    await tx.query('UPDATE account SET push_names_read = true WHERE id = $1 AND NOT push_names_read', [id]);
  }

  /** What the tables say does not add up: they are to be reconciled with the server once more. */
  async requestReconciliation(tx: Transaction, id: number): Promise<void> {
    await tx.query('UPDATE account SET reconciliation_due = true WHERE id = $1 AND NOT reconciliation_due', [
      id,
    ]);
  }

  /** WhatsApp asks to sync contacts: marks the address book for reconciliation, unless the last snapshot is recent. */
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

  /** @returns whether it was not before */
  async markSynced(tx: Transaction, id: number): Promise<boolean> {
    const [, count] = await tx.query<[unknown, number]>(
      'UPDATE account SET synced_at = now() WHERE id = $1 AND synced_at IS NULL',
      [id],
    );
    return count > 0;
  }
}
