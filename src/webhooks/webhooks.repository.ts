import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { Transaction } from '../database/transaction.js';
import { Secrets } from '../secrets/secrets.js';
import type { Webhook, WebhookState } from './webhook.entity.js';
import type { WebhookAttempt } from './webhook-attempt.entity.js';

/** A webhook, as callers see it. */
export type ListedWebhook = Pick<
  Webhook,
  'id' | 'createdAt' | 'url' | 'kinds' | 'maxItems' | 'state' | 'reason' | 'failures' | 'retryAt'
> & {
  session: string | null;
  /** Changes that it has still to read, all kinds counted. */
  behind: number;
};

export type NewWebhook = Pick<Webhook, 'id' | 'url' | 'kinds' | 'maxItems' | 'secret'> & {
  session: string | null;
};

/** What can be changed; undefined: nothing. */
export type WebhookUpdate = Partial<Pick<Webhook, 'url' | 'kinds' | 'maxItems' | 'state' | 'reason'>>;

/** Accounts whose feeds webhook `w` reads: of one session, or of all. */
export const FEEDS = `
  (SELECT DISTINCT ON (a.id) a.id AS account_id, s.name AS session, a.feed_start, a.feed_latest, a.feed_pruned_to
   FROM session s JOIN account a ON a.id = s.account_id
   WHERE w.session IS NULL OR s.name = w.session ORDER BY a.id, s.is_linked DESC, s.name)`;

/** Up to where it has read one of them; `c` is its cursor there, if it has one. */
export const POSITION = 'coalesce(c.position, f.feed_pruned_to, f.feed_start)';

/** Those of webhook `w` that are valid, the current one first. */
export const SECRETS = `array_remove(ARRAY[w.secret, CASE WHEN w.former_secret_until > now() THEN w.former_secret END], NULL)`;

const COLUMNS = `w.id, w.created_at AS "createdAt", w.session, w.url, w.kinds, w.max_items AS "maxItems", w.state, w.reason,
  w.failures, w.retry_at AS "retryAt",
  (SELECT coalesce(sum(f.feed_latest - ${POSITION}), 0)::float8 FROM ${FEEDS} f
   LEFT JOIN webhook_cursor c ON c.webhook = w.id AND c.account_id = f.account_id) AS behind`;

/** Of the answer to a rotation, and of signatures. */
const FORMER_SECRET_FOR = '24 hours';
const LISTED_ATTEMPTS = 100;

/** Decrypts the columns that SECRETS selects. @throws SecretsError */
export function decryptSecrets(secrets: Secrets, id: string, encrypted: readonly string[]): string[] {
  return encrypted.map((each) => secrets.decrypt(each, ['webhook', id]));
}

/** Webhooks as rows: what callers say of them. */
@Injectable()
export class WebhooksRepository {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly secrets: Secrets,
  ) {}

  /**
   * @param after where it begins in the feed of its session; null: with what comes next
   */
  async add(webhook: NewWebhook, after: number | null): Promise<void> {
    const { id, session, url, kinds, maxItems, secret } = webhook;
    await this.dataSource.transaction(async (tx) => {
      await tx.query(
        `INSERT INTO webhook (id, session, url, kinds, max_items, secret) VALUES ($1, $2, $3, $4, $5, $6)`,
        [id, session, url, kinds, maxItems, this.secrets.encrypt(secret, ['webhook', id])],
      );
      await tx.query(
        `INSERT INTO webhook_cursor (webhook, account_id, position)
         SELECT w.id, f.account_id, coalesce($2, f.feed_latest) FROM webhook w, LATERAL ${FEEDS} f WHERE w.id = $1`,
        [id, after],
      );
    });
  }

  /** The oldest first. @param among sessions; null: all, and those that are for all */
  async list(among: readonly string[] | null): Promise<ListedWebhook[]> {
    return this.dataSource.query<ListedWebhook[]>(
      `SELECT ${COLUMNS} FROM webhook w WHERE $1::text[] IS NULL OR w.session = ANY ($1) ORDER BY w.created_at, w.id`,
      [among],
    );
  }

  async count(): Promise<number> {
    const [row] = await this.dataSource.query<{ count: number }[]>(
      'SELECT count(*)::int AS count FROM webhook',
    );
    return row?.count ?? 0;
  }

  async find(id: string): Promise<ListedWebhook | null> {
    const [row] = await this.dataSource.query<ListedWebhook[]>(
      `SELECT ${COLUMNS} FROM webhook w WHERE w.id = $1`,
      [id],
    );
    return row ?? null;
  }

  async update(id: string, update: WebhookUpdate): Promise<void> {
    const { url, kinds, maxItems } = update;
    await this.dataSource.transaction(async (tx) => {
      if (kinds !== undefined || maxItems !== undefined || url !== undefined)
        await this.endDeliveries(tx, id);
      await tx.query(
        `UPDATE webhook SET url = coalesce($2, url), kinds = CASE WHEN $3 THEN $4 ELSE kinds END,
           max_items = coalesce($5, max_items) WHERE id = $1`,
        [id, url ?? null, kinds !== undefined, kinds ?? null, maxItems ?? null],
      );
      if (update.state) await this.setState(tx, id, update.state, update.reason ?? null);
    });
  }

  /** Goes on at once where it was. */
  async resume(id: string): Promise<void> {
    await this.dataSource.transaction((tx) => this.setState(tx, id, 'active', null));
  }

  /** Goes on from another place in the feed of an account, with new ids: receivers know the old ones. */
  async replay(id: string, accountId: number, after: number): Promise<void> {
    await this.dataSource.transaction(async (tx) => {
      await this.endDeliveries(tx, id);
      await tx.query(
        `INSERT INTO webhook_cursor (webhook, account_id, position) VALUES ($1, $2, $3)
         ON CONFLICT (webhook, account_id) DO UPDATE SET position = EXCLUDED.position`,
        [id, accountId, after],
      );
      await this.setState(tx, id, 'active', null);
    });
  }

  /** Up to where it has read each of its feeds. */
  async findPositions(id: string): Promise<{ accountId: number; position: number }[]> {
    return this.dataSource.query(
      `SELECT f.account_id AS "accountId", (${POSITION})::float8 AS position FROM webhook w, LATERAL ${FEEDS} f
       LEFT JOIN webhook_cursor c ON c.webhook = $1 AND c.account_id = f.account_id WHERE w.id = $1`,
      [id],
    );
  }

  /** The secret of before signs as well for a day. @returns until when */
  async rotateSecret(id: string, secret: string): Promise<Date> {
    const [[{ until }]] = await this.dataSource.query<[[{ until: Date }], number]>(
      `UPDATE webhook SET former_secret = secret, former_secret_until = now() + $3::interval, secret = $2
       WHERE id = $1 RETURNING former_secret_until AS until`,
      [id, this.secrets.encrypt(secret, ['webhook', id]), FORMER_SECRET_FOR],
    );
    return until;
  }

  async findSecrets(id: string): Promise<string[]> {
    const [row] = await this.dataSource.query<{ secrets: string[] }[]>(
      `SELECT ${SECRETS} AS secrets FROM webhook w WHERE id = $1`,
      [id],
    );
    return decryptSecrets(this.secrets, id, row?.secrets ?? []);
  }

  /** @returns false when there is none */
  async delete(id: string): Promise<boolean> {
    const [, count] = await this.dataSource.query<[unknown, number]>('DELETE FROM webhook WHERE id = $1', [
      id,
    ]);
    return count > 0;
  }

  /** The latest first. */
  async listAttempts(id: string): Promise<WebhookAttempt[]> {
    return this.dataSource.query(
      `SELECT id, at, delivery_id AS "deliveryId", session, items, first_seq AS "firstSeq", last_seq AS "lastSeq", status,
         duration_ms AS "durationMs", error
       FROM webhook_attempt WHERE webhook = $1 ORDER BY id DESC LIMIT $2`,
      [id, LISTED_ATTEMPTS],
    );
  }

  private async setState(
    tx: Transaction,
    id: string,
    state: WebhookState,
    reason: string | null,
  ): Promise<void> {
    await tx.query(
      'UPDATE webhook SET state = $2, reason = $3, failures = 0, retry_at = NULL WHERE id = $1',
      [id, state, reason],
    );
  }

  /** What has begun is begun anew, with another content and id. Whoever is about to deliver it loses the lease. */
  private async endDeliveries(tx: Transaction, id: string): Promise<void> {
    await tx.query('UPDATE webhook SET lease_id = NULL, lease_until = NULL WHERE id = $1', [id]);
    await tx.query('UPDATE webhook_cursor SET delivery_id = NULL, delivery_to = NULL WHERE webhook = $1', [
      id,
    ]);
  }
}
