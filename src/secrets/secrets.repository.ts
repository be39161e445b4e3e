import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { RowIdentity } from './secrets.js';

/** Where secrets are kept, in columns `value`, and the primary keys of their tables, all of them text. */
const TABLES: Record<string, readonly string[]> = {
  auth_credentials: ['session'],
  auth_key: ['session', 'type', 'id'],
};

const BATCH = 500;

/** Seals a text anew for its row. */
type Reseal = (text: string, row: RowIdentity) => string;

/** Which keys are in use, and all secrets at once, whatever they are. */
@Injectable()
export class SecretsRepository {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  async findKeyIds(): Promise<string[]> {
    const rows = await this.dataSource.query<{ id: string }[]>('SELECT id FROM encryption_key ORDER BY id');
    return rows.map(({ id }) => id);
  }

  async addKeyId(id: string): Promise<void> {
    await this.dataSource.query('INSERT INTO encryption_key (id) VALUES ($1) ON CONFLICT DO NOTHING', [id]);
  }

  async keepOnlyKeyId(id: string): Promise<void> {
    await this.dataSource.query('DELETE FROM encryption_key WHERE id <> $1', [id]);
  }

  /**
   * Seals everything anew that does not begin with a prefix, in small transactions. What is being written at the moment is
   * left out: nobody waits for another.
   * @returns how many were sealed, and whether some were left out
   */
  async resealAll(
    prefix: string,
    reseal: Reseal,
    signal: AbortSignal,
  ): Promise<{ sealed: number; isComplete: boolean }> {
    const total = { sealed: 0, isComplete: true };
    for (const [table, key] of Object.entries(TABLES)) {
      let after: string[] | null = key.map(() => '');
      while (after) {
        signal.throwIfAborted();
        const batch = await this.resealBatch({ table, key, prefix, after }, reseal);
        total.sealed += batch.sealed;
        total.isComplete &&= batch.isComplete;
        after = batch.last;
      }
    }
    return total;
  }

  private async resealBatch(
    { table, key, prefix, after }: { table: string; key: readonly string[]; prefix: string; after: string[] },
    reseal: Reseal,
  ): Promise<{ sealed: number; isComplete: boolean; last: string[] | null }> {
    const columns = key.join(', ');
    const parameters = key.map((_, at) => `$${at + 2}`).join(', ');
    return this.dataSource.transaction(async (tx) => {
      const stale = await tx.query<Record<string, string>[]>(
        `SELECT ${columns} FROM ${table} WHERE NOT starts_with(value, $1) AND (${columns}) > (${parameters})
         ORDER BY ${columns} LIMIT ${BATCH}`,
        [prefix, ...after],
      );
      const keysOf = (rows: Record<string, string>[]) => key.map((column) => rows.map((row) => row[column]));
      const arrays = key.map((_, at) => `$${at + 1}::text[]`).join(', ');
      const locked = await tx.query<Record<string, string>[]>(
        `SELECT ${columns}, value FROM ${table} WHERE (${columns}) IN (SELECT * FROM unnest(${arrays}))
         FOR UPDATE SKIP LOCKED`,
        keysOf(stale),
      );
      const values = locked.map((row) =>
        reseal(row.value ?? '', [table, ...key.map((column) => row[column] ?? '')]),
      );
      await tx.query(
        `UPDATE ${table} AS t SET value = n.value
         FROM unnest(${arrays}, $${key.length + 1}::text[]) AS n (${columns}, value)
         WHERE ${key.map((column) => `t.${column} = n.${column}`).join(' AND ')}`,
        [...keysOf(locked), values],
      );
      const end = stale.length === BATCH ? stale.at(-1) : undefined;
      return {
        sealed: locked.length,
        isComplete: locked.length === stale.length,
        last: end ? key.map((column) => end[column] ?? '') : null,
      };
    });
  }
}
