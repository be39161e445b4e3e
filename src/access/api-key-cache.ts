import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { SharedQueries } from '../database/shared-queries.js';
import { Log } from '../kernel/logging/log.js';
import { Access } from './access.js';
import type { ApiKey } from './api-key.entity.js';
import { ApiKeysRepository } from './api-keys.repository.js';

/** A deleted key is accepted by some replica for up to this time and the margin. */
const CACHED_FOR_MS = 500;
/** Replicas start to read a key slightly before they cache it. */
const MARGIN_MS = 200;
const RECORD_USE_EVERY_MS = 60_000;
const MAX_CACHED = 10_000;

/** A key and its permissions. */
export interface CachedKey {
  key: ApiKey;
  access: Access;
}

/** Caches API keys by ID for a moment, so that a busy client does not cause a query per request. */
@Injectable()
export class ApiKeyCache {
  private readonly log = new Log(ApiKeyCache.name);
  private readonly cached = new Map<string, { found: CachedKey | null; readAtMs: number }>();
  private readonly useRecordedAtMs = new Map<string, number>();
  private readonly queries = new SharedQueries<'keys', string, CachedKey | null>((_, ids) => this.read(ids));

  constructor(private readonly keys: ApiKeysRepository) {}

  /** Returns the cached key, or null if it does not exist; undefined if it has to be loaded. */
  peek(id: string): CachedKey | null | undefined {
    const cached = this.cached.get(id);
    return cached && performance.now() - cached.readAtMs < CACHED_FOR_MS ? cached.found : undefined;
  }

  load(id: string): Promise<CachedKey | null> {
    return this.queries.load('keys', id);
  }

  /** Returns whether the key of a long-running request is still valid. */
  async isStillValid({ access }: { access?: Access | null }): Promise<boolean> {
    const id = access?.keyId;
    if (!id) return true;
    const cached = this.peek(id);
    const { key } = (cached === undefined ? await this.load(id) : cached) ?? {};
    return key !== undefined && !isExpired(key);
  }

  /** Resolves when all replicas have read the keys again, so that none accepts a key that was deleted before. */
  async waitUntilRead(): Promise<void> {
    this.cached.clear();
    await sleep(CACHED_FOR_MS + MARGIN_MS);
  }

  /** Records in the background that a key was used, at most once a minute. */
  recordUse({ id }: ApiKey): void {
    const nowMs = performance.now();
    if (nowMs - (this.useRecordedAtMs.get(id) ?? -Infinity) < RECORD_USE_EVERY_MS) return;
    this.useRecordedAtMs.set(id, nowMs);
    this.keys
      .recordUse(id)
      .catch((err: unknown) => this.log.debug({ err }, 'Recording use of API key failed'));
  }

  private async read(ids: readonly string[]): Promise<(CachedKey | null)[]> {
    const readAtMs = performance.now();
    const keys = new Map((await this.keys.find(ids)).map((key) => [key.id, key]));
    if (this.cached.size > MAX_CACHED) this.cached.clear();
    return ids.map((id) => {
      const key = keys.get(id);
      const found = key ? { key, access: new Access(key.scopes, key.sessions, key.id) } : null;
      this.cached.set(id, { found, readAtMs });
      return found;
    });
  }
}

export function isExpired({ expiresAt }: ApiKey): boolean {
  return expiresAt !== null && expiresAt.getTime() <= Date.now();
}
