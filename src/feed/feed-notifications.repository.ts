import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntitySubscriberInterface, type QueryRunner } from 'typeorm';
import { channelSql } from '../database/database-schema.js';
import type { Transaction } from '../database/transaction.js';
import { Log } from '../kernel/logging/log.js';
import { FEED_CHANNEL } from './feed-channel.js';

/** Accounts whose feed a transaction has appended to; stored with its connection. */
interface Appended {
  feedsAppended?: Set<number>;
}

/** Makes the commit of the transaction wake the readers of the account's feed. */
export function noteAppended({ queryRunner }: Transaction, accountId: number): void {
  if (!queryRunner) throw new Error('Changes must be appended in a transaction');
  const data = queryRunner.data as Appended;
  (data.feedsAppended ??= new Set()).add(accountId);
}

/**
 * Notifies readers after each commit. Postgres serializes the commits of all transactions that contain a NOTIFY,
 * including their disk writes; a separate NOTIFY does not write to disk. Readers also poll, in case one is lost.
 */
@Injectable()
export class FeedNotificationsRepository implements EntitySubscriberInterface {
  private readonly log = new Log(FeedNotificationsRepository.name);

  constructor(@InjectDataSource() dataSource: DataSource) {
    dataSource.subscribers.push(this);
  }

  async afterTransactionCommit({ queryRunner }: { queryRunner: QueryRunner }): Promise<void> {
    const { feedsAppended } = queryRunner.data as Appended;
    if (!feedsAppended || queryRunner.isTransactionActive) return;
    await queryRunner
      .query(`SELECT pg_notify(${channelSql('$1')}, id) FROM unnest($2::text[]) AS id`, [
        FEED_CHANNEL,
        [...feedsAppended].map(String),
      ])
      .catch((err: unknown) => this.log.debug({ err }, 'Notifying feed readers failed'));
  }
}
