import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';

/** Rows per transaction, which blocks writers of the account. */
const BATCH = 1_000;

/** Deletes the oldest changes. */
@Injectable()
export class FeedPrunesRepository {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** Returns the accounts whose oldest change is older than `keepDays`. */
  async findDue(keepDays: number): Promise<number[]> {
    const rows = await this.dataSource.query<{ id: number }[]>(
      `SELECT a.id FROM account a
       WHERE (SELECT at FROM change WHERE account_id = a.id ORDER BY seq LIMIT 1) < now() - $1 * interval '1 day'`,
      [keepDays],
    );
    return rows.map(({ id }) => id);
  }

  /**
   * Deletes a batch of changes. Sets `feed_pruned_to` in the same transaction, so that readers detect the gap.
   *
   * @returns whether more changes may be due
   */
  async prune(accountId: number, keepDays: number): Promise<boolean> {
    return this.dataSource.transaction(async (tx) => {
      const [{ last, count }] = await tx.query<[{ last: string | null; count: number }]>(
        `SELECT max(seq) AS last, count(*)::int AS count FROM (
           SELECT seq, at FROM change WHERE account_id = $1 ORDER BY seq LIMIT ${BATCH}
         ) oldest WHERE at < now() - $2 * interval '1 day'`,
        [accountId, keepDays],
      );
      if (last === null) return false;
      await tx.query('UPDATE account SET feed_pruned_to = $2 WHERE id = $1', [accountId, last]);
      await tx.query('DELETE FROM change WHERE account_id = $1 AND seq <= $2', [accountId, last]);
      return count === BATCH;
    });
  }
}
