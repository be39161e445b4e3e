import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { Transaction } from '../database/transaction.js';

/** The account whose contacts are served. */
export interface ServedAccount {
  id: number;
  jid: string;
  lid: string | null;
  pushName: string | null;
  linkedAt: Date;
  /** When the first sync after linking was complete; null while it runs. */
  syncedAt: Date | null;
  /** When the address book was last compared with a snapshot of the server's; null before the first time. */
  checkedAt: Date | null;
  /** Contacts that such comparisons have put right, ever. */
  repaired: number;
}

/** What was learned of the account itself; null where nothing was. */
export interface AccountNews {
  lid?: string | null;
  pushName?: string | null;
  /** 32 bytes. */
  identityKey?: Buffer | null;
}

/** Between two comparisons of the address book with the server's. */
const CHECK_EVERY = '1 day';

const COLUMNS = `a.id, a.jid, a.lid, a.push_name AS "pushName", a.linked_at AS "linkedAt", a.synced_at AS "syncedAt",
  a.checked_at AS "checkedAt", a.repaired`;

@Injectable()
export class AccountsRepository {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** The account that is linked, or was linked last; null before the first. */
  async findServed(): Promise<ServedAccount | null> {
    const rows = await this.dataSource.query<ServedAccount[]>(
      `SELECT ${COLUMNS} FROM session_state s JOIN account a ON a.id = s.account_id`,
    );
    return rows[0] ?? null;
  }

  /** Makes the account the one whose contacts are served. What is known of it stays; it counts as not yet synced. */
  async link(tx: Transaction, account: { jid: string; lid: string | null }): Promise<number> {
    const [{ id }] = await tx.query<[{ id: number }]>(
      `INSERT INTO account (jid, lid, linked_at) VALUES ($1, $2, now())
       ON CONFLICT (jid) DO UPDATE
       SET lid = coalesce(EXCLUDED.lid, account.lid), linked_at = EXCLUDED.linked_at, synced_at = NULL
       RETURNING id`,
      [account.jid, account.lid],
    );
    await tx.query('UPDATE session_state SET account_id = $1', [id]);
    return id;
  }

  /** Values that are null change nothing. */
  async update(tx: Transaction, id: number, news: AccountNews): Promise<void> {
    await tx.query(
      `UPDATE account SET lid = coalesce($2, lid), push_name = coalesce($3, push_name),
         identity_key = coalesce($4, identity_key)
       WHERE id = $1 AND (lid, push_name, identity_key)
         IS DISTINCT FROM (coalesce($2, lid), coalesce($3, push_name), coalesce($4, identity_key))`,
      [id, news.lid ?? null, news.pushName ?? null, news.identityKey ?? null],
    );
  }

  /** A push name out of the past: taken only where none is known. */
  async offerPushName(tx: Transaction, id: number, pushName: string): Promise<void> {
    await tx.query('UPDATE account SET push_name = $2 WHERE id = $1 AND push_name IS NULL', [id, pushName]);
  }

  /** After a stop that was not clean: what the tables say is to be compared with the server's once more. */
  async distrust(tx: Transaction): Promise<void> {
    await tx.query('UPDATE account SET check_due = true WHERE NOT check_due');
  }

  async isCheckDue(id: number): Promise<boolean> {
    const rows = await this.dataSource.query<{ due: boolean }[]>(
      `SELECT check_due OR checked_at < now() - $2::interval AS due FROM account WHERE id = $1`,
      [id, CHECK_EVERY],
    );
    return rows[0]?.due ?? false;
  }

  async markChecked(tx: Transaction, id: number, repaired: number): Promise<void> {
    await tx.query(
      'UPDATE account SET checked_at = now(), check_due = false, repaired = repaired + $2 WHERE id = $1',
      [id, repaired],
    );
  }

  async markSynced(tx: Transaction, id: number): Promise<void> {
    await tx.query('UPDATE account SET synced_at = now() WHERE id = $1 AND synced_at IS NULL', [id]);
  }
}
