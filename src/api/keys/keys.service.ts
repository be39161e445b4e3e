import { Injectable } from '@nestjs/common';
import { KeyNotFound, KeyRequestInvalid, KeysNotInUse } from '../../access/access.errors.js';
import type { ApiKey } from '../../access/api-key.entity.js';
import { ApiKeyCache } from '../../access/api-key-cache.js';
import { ApiKeysRepository } from '../../access/api-keys.repository.js';
import { createKey, hashOfKey, isKeyId } from '../../access/key-text.js';
import { Config } from '../../kernel/config/config.js';
import { SessionsRepository } from '../../sessions/sessions.repository.js';
import type { CreatedKeyDto, CreateKeyRequest, KeyDto } from './keys.dto.js';

/** Creates, lists and deletes API keys. */
@Injectable()
export class KeysService {
  constructor(
    private readonly config: Config,
    private readonly keys: ApiKeysRepository,
    private readonly known: ApiKeyCache,
    private readonly sessions: SessionsRepository,
  ) {}

  /** @throws KeysNotInUse, KeyRequestInvalid */
  async create(request: CreateKeyRequest): Promise<CreatedKeyDto> {
    if (!this.config.API_KEY) throw new KeysNotInUse();
    const { name, scopes, sessions = null, requests_per_minute: requestsPerMinute = null } = request;
    const expiresAt = readExpiry(request.expires_at ?? null);
    if (sessions) await this.checkSessions(request.scopes, sessions);
    const { id, key } = createKey();
    const created = await this.keys.add({
      id,
      name,
      hash: hashOfKey(key),
      scopes,
      sessions,
      requestsPerMinute,
      expiresAt,
    });
    return { key, ...toDto(created) };
  }

  async list(): Promise<KeyDto[]> {
    return (await this.keys.list()).map(toDto);
  }

  /** @throws KeyNotFound */
  async get(id: string): Promise<KeyDto> {
    return toDto(await this.find(id));
  }

  /**
   * Deletes a key. Resolves when no process accepts it anymore.
   *
   * @returns the name of the key
   * @throws KeyNotFound
   */
  async delete(id: string): Promise<string> {
    const { name } = await this.find(id);
    if (!(await this.keys.delete(id))) throw new KeyNotFound(id);
    await this.known.waitUntilRead();
    return name;
  }

  private async find(id: string): Promise<ApiKey> {
    const [key] = isKeyId(id) ? await this.keys.find([id]) : [];
    if (!key) throw new KeyNotFound(id);
    return key;
  }

  private async checkSessions(scopes: readonly string[], names: readonly string[]): Promise<void> {
    if (scopes.includes('admin'))
      throw new KeyRequestInvalid(
        'A key with the scope admin can access all sessions: omit sessions, or remove admin.',
      );
    const existing = new Set(await this.sessions.existing(names));
    const unknown = names.find((name) => !existing.has(name));
    if (unknown)
      throw new KeyRequestInvalid(
        `Session ${JSON.stringify(unknown)} does not exist. Use a name from GET /sessions.`,
      );
  }
}

function readExpiry(text: string | null): Date | null {
  if (text === null) return null;
  const at = new Date(text);
  if (Number.isNaN(at.getTime()) || at <= new Date())
    throw new KeyRequestInvalid(`Invalid expires_at ${JSON.stringify(text)}: use a time in the future.`);
  return at;
}

function toDto(key: ApiKey): KeyDto {
  return {
    id: key.id,
    name: key.name,
    scopes: key.scopes,
    sessions: key.sessions,
    requests_per_minute: key.requestsPerMinute,
    created_at: key.createdAt.toISOString(),
    expires_at: key.expiresAt?.toISOString() ?? null,
    last_used_at: key.lastUsedAt?.toISOString() ?? null,
  };
}
