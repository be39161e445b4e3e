import type { createRemoteJWKSet, JSONWebKeySet } from 'jose';
import { FailureLog } from '../kernel/logging/failure-log.js';
import { Log } from '../kernel/logging/log.js';
import type { AuthorizationServer } from './authorization-server.js';

/** Keys are read again after this time, or after the cooldown of jose (30 s) for a token with an unknown key. */
const FRESH_FOR_MS = 600_000;
/** How long keys are used at most after they were read, while the authorization server is unavailable. */
const USABLE_FOR_MS = 3_600_000;
/** Minimum time between a failed attempt to read the metadata or keys, and the next one. */
const RETRY_AFTER_MS = 5_000;

type KeySet = ReturnType<typeof createRemoteJWKSet>;

/** Reads and caches the keys that sign access tokens. */
export class SigningKeys {
  private readonly failure = new FailureLog(
    new Log(SigningKeys.name),
    'Refreshing keys of the authorization server',
  );
  private keySet: Promise<KeySet> | null = null;
  private lastRead: { keys: JSONWebKeySet; atMs: number } | null = null;
  private lastFailure: { error: unknown; atMs: number } | null = null;

  constructor(private readonly server: AuthorizationServer) {}

  /** @throws if the metadata cannot be read. The key set throws if the keys cannot be read. */
  async getKeySet(): Promise<KeySet> {
    this.keySet ??= this.createKeySet();
    return this.keySet;
  }

  private async createKeySet(): Promise<KeySet> {
    try {
      const { createRemoteJWKSet, customFetch } = await import('jose');
      const url = await this.attempt(() => this.server.findKeysUrl());
      const fetchKeys = async () => Response.json(await this.read(url));
      return createRemoteJWKSet(url, { cacheMaxAge: FRESH_FOR_MS, [customFetch]: fetchKeys });
    } catch (error) {
      this.keySet = null;
      throw error;
    }
  }

  /** Returns the keys of the authorization server; the previous ones if it is unavailable, up to USABLE_FOR_MS. */
  private async read(url: URL): Promise<JSONWebKeySet> {
    try {
      const keys = await this.attempt(() => this.download(url));
      this.lastRead = { keys, atMs: Date.now() };
      this.failure.recovered();
      return keys;
    } catch (error) {
      // jose uses the keys for another FRESH_FOR_MS.
      if (!this.lastRead || Date.now() + FRESH_FOR_MS > this.lastRead.atMs + USABLE_FOR_MS) throw error;
      this.failure.failed(error);
      return this.lastRead.keys;
    }
  }

  private async download(url: URL): Promise<JSONWebKeySet> {
    const { createLocalJWKSet } = await import('jose');
    const keys = (await this.server.get(url)) as unknown as JSONWebKeySet;
    // Throws if they are invalid.
    createLocalJWKSet(keys);
    return keys;
  }

  /** Rethrows the last failure for RETRY_AFTER_MS, because callers without a valid token can cause attempts. */
  private async attempt<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.lastFailure && Date.now() < this.lastFailure.atMs + RETRY_AFTER_MS) throw this.lastFailure.error;
    return work().catch((error: unknown) => {
      this.lastFailure = { error, atMs: Date.now() };
      throw error;
    });
  }
}
