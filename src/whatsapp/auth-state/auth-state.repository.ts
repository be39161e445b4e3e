import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { Transaction } from '../../database/transaction.js';

/** Serialised keys of one type by their id; null deletes. */
export type SerialisedKeys = Record<string, Record<string, string | null>>;

/** Baileys' credentials and Signal keys as text. */
@Injectable()
export class AuthStateRepository {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  async findCredentials(): Promise<string | null> {
    const rows = await this.dataSource.query<{ value: string }[]>('SELECT value FROM auth_credentials');
    return rows[0]?.value ?? null;
  }

  async saveCredentials(tx: Transaction, value: string): Promise<void> {
    await tx.query(
      `INSERT INTO auth_credentials (value) VALUES ($1) ON CONFLICT (id) DO UPDATE SET value = EXCLUDED.value`,
      [value],
    );
  }

  /** Ids that are not kept are missing in the answer. */
  async findKeys(type: string, ids: string[]): Promise<{ id: string; value: string }[]> {
    return this.dataSource.query('SELECT id, value FROM auth_key WHERE type = $1 AND id = ANY ($2::text[])', [
      type,
      ids,
    ]);
  }

  async hasKeys(type: string): Promise<boolean> {
    const [{ exists }] = await this.dataSource.query<[{ exists: boolean }]>(
      'SELECT EXISTS (SELECT FROM auth_key WHERE type = $1)',
      [type],
    );
    return exists;
  }

  async saveKeys(tx: Transaction, keys: SerialisedKeys): Promise<void> {
    const rows = Object.entries(keys).flatMap(([type, byId]) =>
      Object.entries(byId).map(([id, value]) => ({ type, id, value })),
    );
    const kept = rows.filter(({ value }) => value !== null);
    const deleted = rows.filter(({ value }) => value === null);
    if (kept.length > 0) {
      await tx.query(
        `INSERT INTO auth_key (type, id, value) SELECT * FROM unnest($1::text[], $2::text[], $3::text[])
         ON CONFLICT (type, id) DO UPDATE SET value = EXCLUDED.value`,
        [kept.map(({ type }) => type), kept.map(({ id }) => id), kept.map(({ value }) => value)],
      );
    }
    if (deleted.length > 0) {
      await tx.query(
        `DELETE FROM auth_key USING unnest($1::text[], $2::text[]) AS gone (type, id)
         WHERE auth_key.type = gone.type AND auth_key.id = gone.id`,
        [deleted.map(({ type }) => type), deleted.map(({ id }) => id)],
      );
    }
  }

  /** Forgets the linked device. */
  async clear(tx: Transaction): Promise<void> {
    await tx.query('DELETE FROM auth_credentials');
    await tx.query('DELETE FROM auth_key');
  }
}
