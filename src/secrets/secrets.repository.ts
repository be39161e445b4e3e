import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { RowIdentity } from './secrets.js';

/** A column with secrets, and the primary key columns of its table, all of type text. */
interface SecretColumn {
  table: string;
  column: string;
  key: readonly string[];
}

/** All long-lived secrets. Those of session_command and session.link_offer are replaced or deleted within minutes. */
const COLUMNS: readonly SecretColumn[] = [
  { table: 'auth_credentials', column: 'value', key: ['session'] },
  { table: 'auth_key', column: 'value', key: ['session', 'type', 'id'] },
  { table: 'webhook', column: 'secret', key: ['id'] },
  { table: 'webhook', column: 'former_secret', key: ['id'] },
  { table: 'webhook', column: 'headers', key: ['id'] },
  { table: 'session', column: 'proxy', key: ['name'] },
  { table: 'idempotent_request', column: 'response', key: ['id'] },
];

const BATCH = 500;

/** Encrypts a text of any key, or plaintext, with the current key. */
type Reencrypt = (text: string, row: RowIdentity) => string;

/** Stores the IDs of keys in use, and re-encrypts the secrets of all tables. */
@Injectable()
export class SecretsRepository {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  async findKeyIds(): Promise<string[]> {
    const rows = await this.dataSource.query<{ id: string }[]>('SELECT id FROM encryption_key ORDER BY id');
    return rows.map(({ id }) => id);
  }

  async addKeyId(id: string): Promise<void> {
    await this.dataSource.query(
      `INSERT INTO encryption_key (id, complete_since) SELECT $1, min(complete_since) FROM encryption_key
       ON CONFLICT DO NOTHING`,
      [id],
    );
  }

  /** Returns whether all secrets are encrypted, so that plaintext is rejected. */
  async isComplete(): Promise<boolean> {
    const [{ complete }] = await this.dataSource.query<[{ complete: boolean }]>(
      'SELECT EXISTS (SELECT FROM encryption_key WHERE complete_since IS NOT NULL) AS complete',
    );
    return complete;
  }

  /** @returns false while a session process that writes plaintext is alive: without a key, or of a previous version */
  async markComplete(id: string): Promise<boolean> {
    const [, count] = await this.dataSource.query<[unknown, number]>(
      `UPDATE encryption_key SET complete_since = coalesce(complete_since, now()) WHERE id = $1
         AND NOT EXISTS (SELECT FROM session_process WHERE NOT encrypts AND expires_at > now())`,
      [id],
    );
    return count > 0;
  }

  async keepOnlyKeyId(id: string): Promise<void> {
    await this.dataSource.query('DELETE FROM encryption_key WHERE id <> $1', [id]);
  }

  /**
   * Re-encrypts all secrets that do not start with a prefix, in small transactions. Skips locked rows, so that it
   * neither waits for writers nor delays them.
   * @returns the number of re-encrypted secrets, and whether no rows were skipped
   * @throws the error of the first secret that cannot be decrypted, after all others are encrypted
   */
  async encryptAll(
    prefix: string,
    reencrypt: Reencrypt,
    signal: AbortSignal,
  ): Promise<{ encrypted: number; isComplete: boolean }> {
    const total = { encrypted: 0, isComplete: true };
    let failure: unknown;
    for (const secret of COLUMNS) {
      let after: string[] | null = secret.key.map(() => '');
      while (after) {
        signal.throwIfAborted();
        const batch = await this.encryptBatch(secret, { prefix, after }, reencrypt);
        total.encrypted += batch.encrypted;
        total.isComplete &&= batch.isComplete;
        failure ??= batch.failure;
        after = batch.last;
      }
    }
    if (failure) throw failure as Error;
    return total;
  }

  private async encryptBatch(
    { table, column, key }: SecretColumn,
    { prefix, after }: { prefix: string; after: string[] },
    reencrypt: Reencrypt,
  ): Promise<{ encrypted: number; isComplete: boolean; last: string[] | null; failure: unknown }> {
    const columns = key.join(', ');
    const parameters = key.map((_, at) => `$${at + 2}`).join(', ');
    return this.dataSource.transaction(async (tx) => {
      const stale = await tx.query<Record<string, string>[]>(
        `SELECT ${columns} FROM ${table} WHERE NOT starts_with(${column}, $1) AND (${columns}) > (${parameters})
         ORDER BY ${columns} LIMIT ${BATCH}`,
        [prefix, ...after],
      );
      const keysOf = (rows: Record<string, string>[]) => key.map((name) => rows.map((row) => row[name]));
      const arrays = key.map((_, at) => `$${at + 1}::text[]`).join(', ');
      const locked = await tx.query<Record<string, string>[]>(
        `SELECT ${columns}, ${column} AS value FROM ${table} WHERE (${columns}) IN (SELECT * FROM unnest(${arrays}))
         FOR UPDATE SKIP LOCKED`,
        keysOf(stale),
      );
      const { rows, values, failure } = this.encryptEach(locked, { table, key }, reencrypt);
      await tx.query(
        `UPDATE ${table} AS t SET ${column} = n.value
         FROM unnest(${arrays}, $${key.length + 1}::text[]) AS n (${columns}, value)
         WHERE ${key.map((name) => `t.${name} = n.${name}`).join(' AND ')}`,
        [...keysOf(rows), values],
      );
      const end = stale.length === BATCH ? stale.at(-1) : undefined;
      return {
        encrypted: rows.length,
        isComplete: rows.length === stale.length,
        failure,
        last: end ? key.map((name) => end[name] ?? '') : null,
      };
    });
  }

  /** Skips values that cannot be decrypted, so that the others are encrypted. */
  private encryptEach(
    locked: Record<string, string>[],
    { table, key }: Pick<SecretColumn, 'table' | 'key'>,
    reencrypt: Reencrypt,
  ): { rows: Record<string, string>[]; values: string[]; failure: unknown } {
    const rows: Record<string, string>[] = [];
    const values: string[] = [];
    let failure: unknown;
    for (const row of locked) {
      try {
        values.push(reencrypt(row.value ?? '', [table, ...key.map((name) => row[name] ?? '')]));
        rows.push(row);
      } catch (error) {
        failure ??= error;
      }
    }
    return { rows, values, failure };
  }
}
