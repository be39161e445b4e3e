import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import type { Transaction } from '../database/transaction.js';
import type { ChangeRow } from '../feed/feed-reads.repository.js';
import { Secrets } from '../secrets/secrets.js';
import type { SessionName } from '../kernel/identifiers/session-name.js';
import type { WebhookState } from './webhook.entity.js';
import { decryptSecrets, FEEDS, POSITION, SECRETS } from './webhooks.repository.js';

/** Longer than an attempt may take; whoever delivers renews it before each. */
const LEASE_SECONDS = 20;
/** Kept of each webhook. */
const KEPT_ATTEMPTS = 1_000;

/** A webhook that this process delivers, as the proof of it. */
export interface LeasedWebhook {
  id: string;
  leaseId: string;
}

/** Changes about to be sent, the same ones with the same id however often that is tried. */
export interface PendingDelivery {
  id: string;
  accountId: number;
  session: SessionName;
  url: string;
  secrets: string[];
  rows: ChangeRow[];
  /** How often it was tried already. */
  failures: number;
}

/** Why there is nothing to send: all was read, changes are missing, or the webhook is somebody else's now. */
export type NoDelivery = 'read' | 'gone' | 'lost';

export interface AttemptRecord {
  deliveryId: string;
  session: string | null;
  rows: ChangeRow[];
  status: number | null;
  durationMs: number;
  error: string | null;
}

interface Candidate {
  accountId: number;
  session: SessionName;
  position: string;
  latest: string;
  prunedTo: string | null;
  deliveryId: string | null;
  deliveryTo: string | null;
}

/** Where deliveries stand: cursors, leases and attempts. */
@Injectable()
export class WebhookDeliveriesRepository {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly secrets: Secrets,
  ) {}

  /** Takes webhooks that have something to deliver, and that nobody delivers at the moment. */
  async claim(limit: number): Promise<LeasedWebhook[]> {
    const leaseId = randomUUID();
    const [rows] = await this.dataSource.query<[{ id: string }[], number]>(
      `WITH due AS (
         SELECT w.id FROM webhook w
         WHERE w.state = 'active' AND (w.retry_at <= now()) IS NOT FALSE AND (w.lease_until < now()) IS NOT FALSE
           AND EXISTS (
             SELECT FROM ${FEEDS} f LEFT JOIN webhook_cursor c ON c.webhook = w.id AND c.account_id = f.account_id
             WHERE f.feed_latest > ${POSITION})
         ORDER BY w.id LIMIT $1 FOR UPDATE SKIP LOCKED
       )
       UPDATE webhook w SET lease_id = $2, lease_until = now() + $3 * interval '1 s' FROM due WHERE w.id = due.id
       RETURNING w.id`,
      [limit, leaseId, LEASE_SECONDS],
    );
    return rows.map(({ id }) => ({ id, leaseId }));
  }

  /** Renews the lease, and determines what is to be sent next. */
  async next({ id, leaseId }: LeasedWebhook): Promise<PendingDelivery | NoDelivery> {
    return this.dataSource.transaction(async (tx) => {
      const [[webhook]] = await tx.query<[Held[], number]>(
        `UPDATE webhook w SET lease_until = now() + $3 * interval '1 s'
         WHERE id = $1 AND lease_id = $2 AND state = 'active'
         RETURNING w.url, w.kinds, w.max_items AS "maxItems", w.failures, ${SECRETS} AS secrets`,
        [id, leaseId, LEASE_SECONDS],
      );
      if (!webhook) return 'lost';
      for (;;) {
        const candidate = await this.findCandidate(tx, id);
        if (!candidate) return 'read';
        const { position, prunedTo } = candidate;
        if (prunedTo !== null && BigInt(position) < BigInt(prunedTo)) return 'gone';
        const rows = await this.readRows(tx, candidate, webhook);
        const to = candidate.deliveryTo ?? lastOf(rows, candidate, webhook.maxItems);
        if (rows.length === 0) {
          await this.moveTo(tx, id, candidate.accountId, to);
          continue;
        }
        const deliveryId = candidate.deliveryId ?? `msg_${randomUUID().replaceAll('-', '')}`;
        if (!candidate.deliveryId) await this.begin(tx, id, candidate, { deliveryId, to });
        const { accountId, session } = candidate;
        const { url, failures } = webhook;
        const secrets = decryptSecrets(this.secrets, id, webhook.secrets);
        return { id: deliveryId, accountId, session, url, secrets, rows, failures };
      }
    });
  }

  /** @returns false when the webhook is somebody else's now: they send it once more */
  async delivered(
    webhook: LeasedWebhook,
    { accountId, id: deliveryId }: PendingDelivery,
    attempt: AttemptRecord,
  ): Promise<boolean> {
    return this.dataSource.transaction(async (tx) => {
      const isHeld = await this.update(tx, webhook, {
        state: 'active',
        reason: null,
        failures: 0,
        retryMs: null,
      });
      await this.log(tx, webhook.id, attempt);
      if (!isHeld) return false;
      await tx.query(
        `UPDATE webhook_cursor SET position = delivery_to, delivery_id = NULL, delivery_to = NULL
         WHERE webhook = $1 AND account_id = $2 AND delivery_id = $3`,
        [webhook.id, accountId, deliveryId],
      );
      return true;
    });
  }

  /** @param next what follows */
  async failed(
    webhook: LeasedWebhook,
    next: { state: WebhookState; reason: string | null; failures: number; retryMs: number | null },
    attempt: AttemptRecord,
  ): Promise<void> {
    await this.dataSource.transaction(async (tx) => {
      await this.update(tx, webhook, next);
      await this.log(tx, webhook.id, attempt);
    });
  }

  async pause(webhook: LeasedWebhook, reason: string): Promise<void> {
    await this.dataSource.transaction((tx) =>
      this.update(tx, webhook, { state: 'paused', reason, failures: 0, retryMs: null }),
    );
  }

  /** Of what was sent without a lease, as a test is. */
  async logAttempt(id: string, attempt: AttemptRecord): Promise<void> {
    await this.dataSource.transaction((tx) => this.log(tx, id, attempt));
  }

  async release({ id, leaseId }: LeasedWebhook): Promise<void> {
    await this.dataSource.query(
      'UPDATE webhook SET lease_id = NULL, lease_until = NULL WHERE id = $1 AND lease_id = $2',
      [id, leaseId],
    );
  }

  /** What has begun goes first, then whose feed has the smallest id. */
  private async findCandidate(tx: Transaction, id: string): Promise<Candidate | undefined> {
    const [candidate] = await tx.query<Candidate[]>(
      `SELECT f.account_id AS "accountId", f.session, ${POSITION} AS position, f.feed_latest AS latest,
         f.feed_pruned_to AS "prunedTo", c.delivery_id AS "deliveryId", c.delivery_to AS "deliveryTo"
       FROM webhook w, LATERAL ${FEEDS} f LEFT JOIN webhook_cursor c ON c.webhook = $1 AND c.account_id = f.account_id
       WHERE w.id = $1 AND f.feed_latest > ${POSITION}
       ORDER BY c.delivery_id IS NULL, f.account_id LIMIT 1`,
      [id],
    );
    return candidate;
  }

  private async readRows(
    tx: Transaction,
    { accountId, position, latest, deliveryTo }: Candidate,
    { kinds, maxItems }: Held,
  ): Promise<ChangeRow[]> {
    const rows = await tx.query<(ChangeRow & { seq: string })[]>(
      `SELECT seq, at, kind, contact_id AS "contactId", jid, lid, fields, merged_into AS "mergedInto", contact, session
       FROM change WHERE account_id = $1 AND seq > $2 AND seq <= $3 AND ($4::text[] IS NULL OR kind = ANY ($4))
       ORDER BY change.seq LIMIT $5`,
      [accountId, position, deliveryTo ?? latest, kinds, maxItems],
    );
    return rows.map((row) => ({ ...row, seq: Number(row.seq) }));
  }

  private async begin(
    tx: Transaction,
    id: string,
    { accountId, position }: Candidate,
    { deliveryId, to }: { deliveryId: string; to: string },
  ): Promise<void> {
    await tx.query(
      `INSERT INTO webhook_cursor (webhook, account_id, position, delivery_id, delivery_to) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (webhook, account_id) DO UPDATE SET delivery_id = EXCLUDED.delivery_id, delivery_to = EXCLUDED.delivery_to`,
      [id, accountId, position, deliveryId, to],
    );
  }

  private async moveTo(tx: Transaction, id: string, accountId: number, position: string): Promise<void> {
    await tx.query(
      `INSERT INTO webhook_cursor (webhook, account_id, position) VALUES ($1, $2, $3)
       ON CONFLICT (webhook, account_id) DO UPDATE SET position = EXCLUDED.position, delivery_id = NULL, delivery_to = NULL`,
      [id, accountId, position],
    );
  }

  private async update(
    tx: Transaction,
    { id, leaseId }: LeasedWebhook,
    next: { state: WebhookState; reason: string | null; failures: number; retryMs: number | null },
  ): Promise<boolean> {
    const [, count] = await tx.query<[unknown, number]>(
      `UPDATE webhook SET state = $3, reason = $4, failures = $5, retry_at = now() + $6 * interval '1 ms'
       WHERE id = $1 AND lease_id = $2 AND state = 'active'`,
      [id, leaseId, next.state, next.reason, next.failures, next.retryMs],
    );
    return count > 0;
  }

  private async log(tx: Transaction, id: string, attempt: AttemptRecord): Promise<void> {
    const { deliveryId, session, rows, status, durationMs, error } = attempt;
    await tx.query(
      `INSERT INTO webhook_attempt (webhook, at, delivery_id, session, items, first_seq, last_seq, status, duration_ms, error)
       SELECT $1, clock_timestamp(), $2, $3, $4, $5, $6, $7, $8, $9 WHERE EXISTS (SELECT FROM webhook WHERE id = $1)`,
      [
        id,
        deliveryId,
        session,
        rows.length,
        rows[0]?.seq ?? null,
        rows.at(-1)?.seq ?? null,
        status,
        durationMs,
        error,
      ],
    );
    await tx.query(
      `DELETE FROM webhook_attempt WHERE webhook = $1 AND id <= (
         SELECT id FROM webhook_attempt WHERE webhook = $1 ORDER BY id DESC OFFSET ${KEPT_ATTEMPTS} LIMIT 1)`,
      [id],
    );
  }
}

interface Held {
  url: string;
  kinds: string[] | null;
  maxItems: number;
  failures: number;
  secrets: string[];
}

/** Up to where a delivery goes: with less than it may hold, all that there is has been looked through. */
function lastOf(rows: ChangeRow[], { latest }: Candidate, maxItems: number): string {
  return rows.length < maxItems ? latest : String(rows.at(-1)?.seq);
}
