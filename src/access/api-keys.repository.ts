import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { In, Repository } from 'typeorm';
import { KeyRequestInvalid } from './access.errors.js';
import { ApiKey } from './api-key.entity.js';

export type NewKey = Pick<ApiKey, 'id' | 'name' | 'hash' | 'scopes'> &
  Pick<ApiKey, 'sessions' | 'requestsPerMinute' | 'expiresAt'>;

@Injectable()
export class ApiKeysRepository {
  constructor(@InjectRepository(ApiKey) private readonly keys: Repository<ApiKey>) {}

  /**
   * Adds a key. Delays the deletion of its sessions until the commit, because it removes them from all keys.
   * @throws KeyRequestInvalid if a session does not exist
   */
  async add(key: NewKey): Promise<ApiKey> {
    return this.keys.manager.transaction(async (tx) => {
      const found = await tx.query<unknown[]>('SELECT FROM session WHERE name = ANY ($1) FOR KEY SHARE', [
        key.sessions,
      ]);
      if (key.sessions && found.length < key.sessions.length)
        throw new KeyRequestInvalid('A session of the key was just deleted. Use names from GET /sessions.');
      await tx.insert(ApiKey, key);
      return tx.findOneByOrFail(ApiKey, { id: key.id });
    });
  }

  list(): Promise<ApiKey[]> {
    return this.keys.find({ order: { createdAt: 'ASC', id: 'ASC' } });
  }

  find(ids: readonly string[]): Promise<ApiKey[]> {
    return this.keys.findBy({ id: In(ids) });
  }

  /** @returns whether the key existed */
  async delete(id: string): Promise<boolean> {
    const { affected } = await this.keys.delete({ id });
    return affected === 1;
  }

  async recordUse(id: string): Promise<void> {
    await this.keys.update({ id }, { lastUsedAt: () => 'now()' });
  }
}
