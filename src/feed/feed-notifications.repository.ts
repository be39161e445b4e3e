import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntitySubscriberInterface, type QueryRunner } from 'typeorm';
import type { Transaction } from '../database/transaction.js';
import { FEED_CHANNEL } from './feed-channel.js';

/** Accounts whose feed a transaction has written to, kept with its connection. */
interface Appended {
  feedsAppended?: Set<number>;
}

export function noteAppended({ queryRunner }: Transaction, accountId: number): void {
  if (!queryRunner) throw new Error('The feed is written in transactions alone');
  const data = queryRunner.data as Appended;
  (data.feedsAppended ??= new Set()).add(accountId);
}

/**
 * Wakes readers after the commit. A NOTIFY inside of the transaction would make commits of all sessions wait for each other, and
 * for the disk, one at a time; this one waits for no disk. A notification that is lost is made up for by polling.
 */
@Injectable()
export class FeedNotificationsRepository implements EntitySubscriberInterface {
  private readonly logger = new Logger(FeedNotificationsRepository.name);

  constructor(@InjectDataSource() dataSource: DataSource) {
    dataSource.subscribers.push(this);
  }

  async afterTransactionCommit({ queryRunner }: { queryRunner: QueryRunner }): Promise<void> {
    const { feedsAppended } = queryRunner.data as Appended;
    if (!feedsAppended || queryRunner.isTransactionActive) return;
    await queryRunner
      .query('SELECT pg_notify($1, id) FROM unnest($2::text[]) AS id', [
        FEED_CHANNEL,
        [...feedsAppended].map(String),
      ])
      .catch((error: Error) => this.logger.debug(`Readers of the feed are not woken: ${error.message}`));
  }
}
