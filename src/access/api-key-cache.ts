import { Injectable, Logger } from '@nestjs/common';
import DataLoader from 'dataloader';
import { setTimeout as sleep } from 'node:timers/promises';
import { Access } from './access.js';
import type { ApiKey } from './api-key.entity.js';
import { ApiKeysRepository } from './api-keys.repository.js';

/** What was read of a key is taken for true this long. Whoever deletes one waits until no replica does any more. */
const TRUSTED_FOR_MS = 500;
/** Replicas began to read a moment before they trust what they have read. */
const MARGIN_MS = 200;
const NOTE_USE_EVERY_MS = 60_000;
const MAX_KNOWN = 10_000;

/** A key and what its holder may do. */
export interface KnownKey {
  key: ApiKey;
  access: Access;
}

/** Keys by their ids, as the database has, or had a moment ago: a busy reader costs no statement for each request. */
@Injectable()
export class KnownKeys {
  private readonly logger = new Logger(KnownKeys.name);
  private readonly known = new Map<string, { found: KnownKey | null; readAtMs: number }>();
  private readonly notedAtMs = new Map<string, number>();
  private readonly loader = new DataLoader<string, KnownKey | null>((ids) => this.read(ids), {
    cache: false,
  });

  constructor(private readonly keys: ApiKeysRepository) {}

  /** The key with this id, if it is known well enough; undefined: it has to be read. */
  peek(id: string): KnownKey | null | undefined {
    const known = this.known.get(id);
    return known && performance.now() - known.readAtMs < TRUSTED_FOR_MS ? known.found : undefined;
  }

  load(id: string): Promise<KnownKey | null> {
    return this.loader.load(id);
  }

  /** Whether the key holds with which a request was let in that lasts. */
  async isStillValid({ access }: { access?: Access | null }): Promise<boolean> {
    const id = access?.keyId;
    if (!id) return true;
    const known = this.peek(id);
    const { key } = (known === undefined ? await this.load(id) : known) ?? {};
    return key !== undefined && !isExpired(key);
  }

  /** Resolves when no replica takes a key any more that was just deleted. */
  async forgotten(id: string): Promise<void> {
    this.known.delete(id);
    await sleep(TRUSTED_FOR_MS + MARGIN_MS);
  }

  /** Notes in the background that a key was used, once a minute. */
  used({ id }: ApiKey): void {
    const nowMs = performance.now();
    if (nowMs - (this.notedAtMs.get(id) ?? -Infinity) < NOTE_USE_EVERY_MS) return;
    this.notedAtMs.set(id, nowMs);
    this.keys
      .noteUse(id)
      .catch((error: unknown) => this.logger.debug(`The use of a key is not noted: ${String(error)}`));
  }

  private async read(ids: readonly string[]): Promise<(KnownKey | null)[]> {
    const readAtMs = performance.now();
    const keys = new Map((await this.keys.find(ids)).map((key) => [key.id, key]));
    if (this.known.size > MAX_KNOWN) this.known.clear();
    return ids.map((id) => {
      const key = keys.get(id);
      const found = key ? { key, access: new Access(key.scopes, key.sessions, key.id) } : null;
      this.known.set(id, { found, readAtMs });
      return found;
    });
  }
}

export function isExpired({ expiresAt }: ApiKey): boolean {
  return expiresAt !== null && expiresAt.getTime() <= Date.now();
}
