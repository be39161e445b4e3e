import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { In, Repository } from 'typeorm';
import { ApiKey } from './api-key.entity.js';

export type NewKey = Pick<ApiKey, 'id' | 'name' | 'hash' | 'scopes'> &
  Pick<ApiKey, 'sessions' | 'requestsPerMinute' | 'expiresAt'>;

@Injectable()
export class ApiKeysRepository {
  constructor(@InjectRepository(ApiKey) private readonly keys: Repository<ApiKey>) {}

  async add(key: NewKey): Promise<ApiKey> {
    await this.keys.insert(key);
    return this.keys.findOneByOrFail({ id: key.id });
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
