import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { Transaction } from '../../database/transaction.js';
import type { Phone } from '../../kernel/identifiers/address.js';
import type { CheckStopReason } from '../entities/number-check-quota.entity.js';
import type { CheckQuota, NumberAnswer, StoredAnswer } from './number-check.js';

/** How long an answer is used and stored. Numbers are rarely registered or given up. */
const ANSWER_DAYS = 30;
/** How long a number is not checked again after WhatsApp returned no answer for it. */
const NO_ANSWER_DAYS = 1;

/** The current day in UTC, by the clock of Postgres, which all processes share. */
const TODAY = `(now() AT TIME ZONE 'UTC')::date`;
const RESETS_AT = `((${TODAY} + 1)::timestamp AT TIME ZONE 'UTC')`;
/** SQL condition: an answer may still be returned. */
const IS_FRESH = `checked_at > now() - CASE WHEN on_whatsapp IS NULL THEN interval '${NO_ANSWER_DAYS} days'
  ELSE interval '${ANSWER_DAYS} days' END`;

interface QuotaRow {
  used: number | null;
  resetsAt: Date;
  stoppedUntil: Date | null;
  stopReason: CheckStopReason | null;
}

/** Stores WhatsApp's answers about numbers, and counts in Postgres how many numbers each account has checked today. */
@Injectable()
export class NumberChecksRepository {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** Returns the stored answers that are recent enough, in any order. Numbers without one are missing. */
  async find(accountId: number, phones: Phone[]): Promise<StoredAnswer[]> {
    return this.dataSource.query<StoredAnswer[]>(
      `SELECT phone, on_whatsapp AS "onWhatsapp", jid, lid, checked_at AS "checkedAt" FROM number_check
       WHERE account_id = $1 AND phone = ANY ($2) AND ${IS_FRESH}`,
      [accountId, phones],
    );
  }

  async getQuota(accountId: number): Promise<CheckQuota> {
    const [{ used, resetsAt, stoppedUntil, stopReason }] = await this.dataSource.query<[QuotaRow]>(
      `SELECT CASE WHEN q.day = ${TODAY} THEN q.used END AS used, ${RESETS_AT} AS "resetsAt",
         q.stopped_until AS "stoppedUntil", q.stop_reason AS "stopReason"
       FROM (VALUES ($1::int)) AS a (id)
       LEFT JOIN number_check_quota q ON q.account_id = a.id`,
      [accountId],
    );
    const isStopped = stopReason !== null && stoppedUntil !== null && stoppedUntil > new Date();
    return {
      used: used ?? 0,
      resetsAt,
      stop: isStopped ? { reason: stopReason, until: stoppedUntil } : null,
    };
  }

  /**
   * Counts numbers before they are sent to WhatsApp, so that a killed process causes too few checks, never too many.
   *
   * @param limit maximum numbers per day
   * @returns how many of the wanted numbers may be sent; 0 while WhatsApp has caused a stop
   */
  async reserve(
    tx: Transaction,
    accountId: number,
    { wanted, limit }: { wanted: number; limit: number },
  ): Promise<number> {
    await tx.query(
      `INSERT INTO number_check_quota (account_id, day, used) VALUES ($1, ${TODAY}, 0)
       ON CONFLICT (account_id) DO NOTHING`,
      [accountId],
    );
    const [rows] = await tx.query<[{ granted: number }[], number]>(
      `UPDATE number_check_quota q SET day = ${TODAY}, used = before.used + least($2, greatest($3 - before.used, 0))
       FROM (SELECT account_id, CASE WHEN day = ${TODAY} THEN used ELSE 0 END AS used FROM number_check_quota
             WHERE account_id = $1 AND (stopped_until > now()) IS NOT TRUE FOR UPDATE) before
       WHERE q.account_id = before.account_id
       RETURNING least($2, greatest($3 - before.used, 0)) AS granted`,
      [accountId, wanted, limit],
    );
    return rows[0]?.granted ?? 0;
  }

  async save(tx: Transaction, accountId: number, answers: NumberAnswer[]): Promise<void> {
    await tx.query(
      `INSERT INTO number_check (account_id, phone, on_whatsapp, jid, lid, checked_at)
       SELECT $1, *, now() FROM unnest($2::text[], $3::boolean[], $4::text[], $5::text[])
       ON CONFLICT (account_id, phone) DO UPDATE SET on_whatsapp = EXCLUDED.on_whatsapp, jid = EXCLUDED.jid,
         lid = EXCLUDED.lid, checked_at = EXCLUDED.checked_at`,
      [
        accountId,
        answers.map(({ phone }) => phone),
        answers.map(({ onWhatsapp }) => onWhatsapp),
        answers.map(({ jid }) => jid),
        answers.map(({ lid }) => lid),
      ],
    );
  }

  /** Stops all checks of an account for a while. */
  async stop(
    tx: Transaction,
    accountId: number,
    { reason, until }: { reason: CheckStopReason; until: Date },
  ): Promise<void> {
    await tx.query(
      `INSERT INTO number_check_quota (account_id, day, used, stopped_until, stop_reason)
       VALUES ($1, ${TODAY}, 0, $2, $3)
       ON CONFLICT (account_id) DO UPDATE
         SET stopped_until = EXCLUDED.stopped_until, stop_reason = EXCLUDED.stop_reason`,
      [accountId, until, reason],
    );
  }

  /** Deletes the answers of all accounts that are too old to be returned. */
  async deleteExpired(): Promise<void> {
    await this.dataSource.query(
      `DELETE FROM number_check c USING account a
       WHERE c.account_id = a.id AND c.checked_at < now() - interval '${ANSWER_DAYS} days'`,
    );
  }
}
