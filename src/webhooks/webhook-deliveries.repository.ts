import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { ContactField } from '../contacts/contact-fields.js';
import type { ChangeReader } from '../contacts/payload/change-payload.js';
import type { Transaction } from '../database/transaction.js';
import { FeedRepository } from '../feed/feed.repository.js';
import { CHANGE_COLUMNS, type ChangeRow } from '../feed/feed-reads.repository.js';
import type { SessionName } from '../kernel/identifiers/session-name.js';
import { Secrets } from '../secrets/secrets.js';
import type { WebhookState } from './webhook.entity.js';
import { decryptColumns, FEEDS, POSITION, SECRETS, type WebhookSecrets } from './webhooks.repository.js';

/** Longer than an attempt. Renewed before each attempt. */
const LEASE_SECONDS = 20;
/** Attempts to store for each webhook. */
const STORED_ATTEMPTS = 1_000;

/** SQL: whose share of places webhook `w` uses: that of its key, or of its session if API_KEY created it. */
const OWNER = `coalesce('key ' || w.key_id, 'session ' || w.session, '')`;

/** Places for webhooks to deliver. */
export interface Places {
  free: number;
  perOwner: number;
  /** Owners of the webhooks in the other places. */
  owners: readonly string[];
}

/** A webhook that this process delivers, and the lease that proves it. */
export interface LeasedWebhook {
  id: string;
  leaseId: string;
  /** Shares the places with the other webhooks of the owner. */
  owner: string;
}

/** The changes of the next attempt. Retries have the same changes and ID. */
export interface PendingDelivery extends WebhookSecrets {
  id: string;
  accountId: number;
  /** Session of the webhook; null if it is for all sessions. */
  session: string | null;
  reader: ChangeReader;
  url: string;
  rows: ChangeRow[];
  /** Fields of contacts; null for all. */
  fields: ContactField[] | null;
  /** Failed attempts so far. */
  failures: number;
}

/** Why there is nothing to send: all changes were read, unread changes were deleted, or the lease was lost. */
export type NoDelivery = 'read' | 'gone' | 'lost';

/** State of a webhook after an attempt. */
export interface WebhookProgress {
  state: WebhookState;
  reason: string | null;
  failures: number;
  /** Delay until the next attempt; null if it is due now, or the webhook is not active. */
  retryMs: number | null;
}

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

/** Stores the progress of deliveries: cursors, leases and attempts. */
@Injectable()
export class WebhookDeliveriesRepository {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly secrets: Secrets,
    private readonly feed: FeedRepository,
  ) {}

  /**
   * Acquires leases on webhooks that have changes to deliver. Owners with fewer places come first, and of each owner
   * the webhook that has waited longest. Skips those that another process is delivering.
   */
  async claim({ free, perOwner, owners }: Places): Promise<LeasedWebhook[]> {
    const leaseId = randomUUID();
    const isFree = '(w.lease_until < now()) IS NOT FALSE';
    const [rows] = await this.dataSource.query<[{ id: string; owner: string }[], number]>(
      `WITH due AS (
         SELECT w.id, w.lease_until AS waiting_since, ${OWNER} AS owner,
           row_number() OVER (PARTITION BY ${OWNER} ORDER BY w.lease_until NULLS FIRST, w.id)
             + cardinality(array_positions($5::text[], ${OWNER})) AS place
         FROM webhook w
         WHERE w.state = 'active' AND (w.retry_at <= now()) IS NOT FALSE AND ${isFree}
           AND EXISTS (
             SELECT FROM ${FEEDS} f LEFT JOIN webhook_cursor c ON c.webhook = w.id AND c.account_id = f.account_id
             WHERE f.feed_latest > ${POSITION})
       ), next AS (
         SELECT w.id, due.owner FROM due JOIN webhook w ON w.id = due.id AND w.state = 'active' AND ${isFree}
         WHERE due.place <= $4 ORDER BY due.place, due.waiting_since NULLS FIRST, w.id
         LIMIT $1 FOR UPDATE OF w SKIP LOCKED
       )
       UPDATE webhook w SET lease_id = $2, lease_until = now() + $3 * interval '1 s' FROM next WHERE w.id = next.id
       RETURNING w.id, next.owner`,
      [free, leaseId, LEASE_SECONDS, perOwner, owners],
    );
    return rows.map(({ id, owner }) => ({ id, leaseId, owner }));
  }

  /** Renews the lease, and determines the next delivery. */
  async next({ id, leaseId }: LeasedWebhook): Promise<PendingDelivery | NoDelivery> {
    return this.dataSource.transaction(async (tx) => {
      const [[webhook]] = await tx.query<[LeasedRow[], number]>(
        `UPDATE webhook w SET lease_until = now() + $3 * interval '1 s'
         WHERE id = $1 AND lease_id = $2 AND state = 'active'
         RETURNING w.session, w.url, w.headers, w.kinds, w.fields, w.max_items AS "maxItems", w.failures,
           ${SECRETS} AS secrets`,
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
        const { session, url, fields, failures } = webhook;
        return {
          id: deliveryId,
          accountId: candidate.accountId,
          session,
          reader: {
            session: candidate.session,
            webhooks: session === null ? 'all' : 'session',
            basePath: '',
          },
          url,
          ...decryptColumns(this.secrets, id, webhook),
          rows,
          fields,
          failures,
        };
      }
    });
  }

  /** @returns false if the lease was lost, so that another process sends the delivery again */
  async delivered(
    webhook: LeasedWebhook,
    { accountId, id: deliveryId }: PendingDelivery,
    attempt: AttemptRecord,
  ): Promise<boolean> {
    return this.dataSource.transaction(async (tx) => {
      const progress: WebhookProgress = { state: 'active', reason: null, failures: 0, retryMs: null };
      const isLeased = await this.update(tx, webhook, progress);
      await this.storeAttempt(tx, webhook.id, attempt);
      if (!isLeased) return false;
      await tx.query(
        `UPDATE webhook_cursor SET position = delivery_to, delivery_id = NULL, delivery_to = NULL
         WHERE webhook = $1 AND account_id = $2 AND delivery_id = $3`,
        [webhook.id, accountId, deliveryId],
      );
      return true;
    });
  }

  /** Stores a failed attempt. If it stops the webhook, the feed reports this. */
  async failed(
    webhook: LeasedWebhook,
    { accountId, session }: Pick<PendingDelivery, 'accountId' | 'session'>,
    { progress, attempt }: { progress: WebhookProgress; attempt: AttemptRecord },
  ): Promise<void> {
    await this.dataSource.transaction(async (tx) => {
      const isLeased = await this.update(tx, webhook, progress);
      await this.storeAttempt(tx, webhook.id, attempt);
      if (isLeased) await this.reportStop(tx, accountId, { ...progress, id: webhook.id, session });
    });
  }

  /** Stops a webhook that cannot continue by itself. Counts as a failure, unlike a pause on request. */
  async stop(webhook: LeasedWebhook, reason: string): Promise<void> {
    await this.dataSource.transaction(async (tx) => {
      const progress: WebhookProgress = { state: 'paused', reason, failures: 1, retryMs: null };
      if (!(await this.update(tx, webhook, progress))) return;
      const { id } = webhook;
      const candidate = await this.findCandidate(tx, id);
      const [row] = await tx.query<{ session: string | null }[]>(
        'SELECT session FROM webhook WHERE id = $1',
        [id],
      );
      if (candidate && row)
        await this.reportStop(tx, candidate.accountId, { ...progress, id, session: row.session });
    });
  }

  /** Stores an attempt without a lease, for example a test. */
  async logAttempt(id: string, attempt: AttemptRecord): Promise<void> {
    await this.dataSource.transaction((tx) => this.storeAttempt(tx, id, attempt));
  }

  async release({ id, leaseId }: LeasedWebhook): Promise<void> {
    await this.dataSource.query(
      'UPDATE webhook SET lease_id = NULL, lease_until = now() WHERE id = $1 AND lease_id = $2',
      [id, leaseId],
    );
  }

  private async reportStop(
    tx: Transaction,
    accountId: number,
    { id, session, state, reason }: { id: string; session: string | null } & WebhookProgress,
  ): Promise<void> {
    if (state === 'active') return;
    const webhook = { id, session, state, reason: reason ?? '' };
    await this.feed.append(tx, accountId, [{ kind: 'webhook.stopped', webhook }]);
  }

  /** Returns the feed to read next: that of a delivery that was started, otherwise the one with the smallest ID. */
  private async findCandidate(tx: Transaction, id: string): Promise<Candidate | undefined> {
    const [candidate] = await tx.query<Candidate[]>(
      `SELECT f.account_id AS "accountId", f.session, ${POSITION} AS position, f.feed_latest AS latest,
         f.feed_pruned_to AS "prunedTo", c.delivery_id AS "deliveryId", c.delivery_to AS "deliveryTo"
       FROM webhook w, LATERAL ${FEEDS} f
       LEFT JOIN webhook_cursor c ON c.webhook = $1 AND c.account_id = f.account_id
       WHERE w.id = $1 AND f.feed_latest > ${POSITION}
       ORDER BY c.delivery_id IS NULL, f.account_id LIMIT 1`,
      [id],
    );
    return candidate;
  }

  private async readRows(
    tx: Transaction,
    { accountId, position, latest, deliveryTo }: Candidate,
    { kinds, maxItems }: LeasedRow,
  ): Promise<ChangeRow[]> {
    return tx.query<ChangeRow[]>(
      `SELECT ${CHANGE_COLUMNS} FROM account a JOIN change ON change.account_id = a.id
       WHERE a.id = $1 AND change.seq > $2 AND change.seq <= $3 AND ($4::text[] IS NULL OR change.kind = ANY ($4))
       ORDER BY change.seq LIMIT $5`,
      [accountId, position, deliveryTo ?? latest, kinds, maxItems],
    );
  }

  private async begin(
    tx: Transaction,
    id: string,
    { accountId, position }: Candidate,
    { deliveryId, to }: { deliveryId: string; to: string },
  ): Promise<void> {
    await tx.query(
      `INSERT INTO webhook_cursor (webhook, account_id, position, delivery_id, delivery_to) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (webhook, account_id)
         DO UPDATE SET delivery_id = EXCLUDED.delivery_id, delivery_to = EXCLUDED.delivery_to`,
      [id, accountId, position, deliveryId, to],
    );
  }

  private async moveTo(tx: Transaction, id: string, accountId: number, position: string): Promise<void> {
    await tx.query(
      `INSERT INTO webhook_cursor (webhook, account_id, position) VALUES ($1, $2, $3)
       ON CONFLICT (webhook, account_id)
         DO UPDATE SET position = EXCLUDED.position, delivery_id = NULL, delivery_to = NULL`,
      [id, accountId, position],
    );
  }

  private async update(
    tx: Transaction,
    { id, leaseId }: LeasedWebhook,
    { state, reason, failures, retryMs }: WebhookProgress,
  ): Promise<boolean> {
    const [, count] = await tx.query<[unknown, number]>(
      `UPDATE webhook SET state = $3, reason = $4, failures = $5, retry_at = now() + $6 * interval '1 ms'
       WHERE id = $1 AND lease_id = $2 AND state = 'active'`,
      [id, leaseId, state, reason, failures, retryMs],
    );
    return count > 0;
  }

  private async storeAttempt(tx: Transaction, id: string, attempt: AttemptRecord): Promise<void> {
    const { deliveryId, session, rows, status, durationMs, error } = attempt;
    const [first = null, last = null] = [rows[0]?.seq, rows.at(-1)?.seq];
    await tx.query(
      `INSERT INTO webhook_attempt
         (webhook, at, delivery_id, session, items, first_seq, last_seq, status, duration_ms, error)
       SELECT $1, clock_timestamp(), $2, $3, $4, $5, $6, $7, $8, $9 WHERE EXISTS (SELECT FROM webhook WHERE id = $1)`,
      [id, deliveryId, session, rows.length, first, last, status, durationMs, error],
    );
    await tx.query(
      `DELETE FROM webhook_attempt WHERE webhook = $1 AND id <= (
         SELECT id FROM webhook_attempt WHERE webhook = $1 ORDER BY id DESC OFFSET ${STORED_ATTEMPTS} LIMIT 1)`,
      [id],
    );
  }
}

interface LeasedRow {
  session: string | null;
  url: string;
  headers: string | null;
  kinds: string[] | null;
  fields: ContactField[] | null;
  maxItems: number;
  failures: number;
  secrets: string[];
}

/** Returns the last number of a delivery. If it has fewer changes than allowed, the rest of the feed is skipped. */
function lastOf(rows: ChangeRow[], { latest }: Candidate, maxItems: number): string {
  return rows.length < maxItems ? latest : String(rows.at(-1)?.seq);
}
