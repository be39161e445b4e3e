import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { Transaction } from '../../database/transaction.js';
import type { SessionName } from '../../kernel/identifiers/session-name.js';
import { Secrets } from '../../secrets/secrets.js';

/** Serialized keys by type and id; null deletes the key. */
export type SerializedKeys = Record<string, Record<string, string | null>>;

/** Stores Baileys' credentials and Signal keys of each session as text, encrypted if ENCRYPTION_KEY is set. */
@Injectable()
export class AuthStateRepository {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly secrets: Secrets,
  ) {}

  async findCredentials(session: SessionName): Promise<string | null> {
    const rows = await this.dataSource.query<{ value: string }[]>(
      'SELECT value FROM auth_credentials WHERE session = $1',
      [session],
    );
    return rows[0] ? this.secrets.decrypt(rows[0].value, ['auth_credentials', session]) : null;
  }

  async saveCredentials(tx: Transaction, session: SessionName, value: string): Promise<void> {
    await tx.query(
      `INSERT INTO auth_credentials (session, value) VALUES ($1, $2)
       ON CONFLICT (session) DO UPDATE SET value = EXCLUDED.value`,
      [session, this.secrets.encrypt(value, ['auth_credentials', session])],
    );
  }

  /** Returns the keys that exist. */
  async findKeys(
    session: SessionName,
    type: string,
    ids: string[],
  ): Promise<{ id: string; value: string }[]> {
    const rows = await this.dataSource.query<{ id: string; value: string }[]>(
      'SELECT id, value FROM auth_key WHERE session = $1 AND type = $2 AND id = ANY ($3::text[])',
      [session, type, ids],
    );
    return rows.map(({ id, value }) => ({
      id,
      value: this.secrets.decrypt(value, ['auth_key', session, type, id]),
    }));
  }

  async hasKeys(session: SessionName, type: string): Promise<boolean> {
    const [{ exists }] = await this.dataSource.query<[{ exists: boolean }]>(
      'SELECT EXISTS (SELECT FROM auth_key WHERE session = $1 AND type = $2)',
      [session, type],
    );
    return exists;
  }

  async saveKeys(tx: Transaction, session: SessionName, keys: SerializedKeys): Promise<void> {
    const rows = Object.entries(keys).flatMap(([type, byId]) =>
      Object.entries(byId).map(([id, value]) => ({ type, id, value })),
    );
    const saved = rows.flatMap(({ type, id, value }) =>
      value === null
        ? []
        : [{ type, id, value: this.secrets.encrypt(value, ['auth_key', session, type, id]) }],
    );
    const deleted = rows.filter(({ value }) => value === null);
    if (saved.length > 0) {
      await tx.query(
        `INSERT INTO auth_key (session, type, id, value)
         SELECT $1, k.* FROM unnest($2::text[], $3::text[], $4::text[]) AS k
         ON CONFLICT (session, type, id) DO UPDATE SET value = EXCLUDED.value`,
        [session, saved.map(({ type }) => type), saved.map(({ id }) => id), saved.map(({ value }) => value)],
      );
    }
    if (deleted.length > 0) {
      await tx.query(
        `DELETE FROM auth_key USING unnest($2::text[], $3::text[]) AS gone (type, id)
         WHERE auth_key.session = $1 AND auth_key.type = gone.type AND auth_key.id = gone.id`,
        [session, deleted.map(({ type }) => type), deleted.map(({ id }) => id)],
      );
    }
  }

  /** Deletes one-time pre-keys with lower IDs. */
  async deletePreKeysBelow(tx: Transaction, session: SessionName, id: number): Promise<void> {
    await tx.query("DELETE FROM auth_key WHERE session = $1 AND type = 'pre-key' AND id::int < $2", [
      session,
      id,
    ]);
  }

  /** Deletes all data of the linked device. */
  async clear(tx: Transaction, session: SessionName): Promise<void> {
    await tx.query('DELETE FROM auth_credentials WHERE session = $1', [session]);
    await tx.query('DELETE FROM auth_key WHERE session = $1', [session]);
  }
}
