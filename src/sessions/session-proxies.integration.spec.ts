import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { openDataSource } from '../../test/support/open-data-source.js';
import { createTestDatabase, type TestDatabase } from '../../test/support/test-database.js';
import { DEFAULT_SESSION, type SessionName } from '../kernel/identifiers/session-name.js';
import { ProxyUrl } from '../kernel/network/proxy-url.js';
import { Secrets } from '../secrets/secrets.js';
import { SecretsRepository } from '../secrets/secrets.repository.js';
import { SessionProxiesRepository } from './session-proxies.repository.js';
import { SessionNotFound } from './sessions.errors.js';

const TEXT = 'socks5://user:p%2Fs@proxy.example.com:1080';
const proxy = ProxyUrl.parse(TEXT) as ProxyUrl;
const newKey = () => randomBytes(32).toString('base64');

describe('SessionProxiesRepository', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  const [first, second] = [newKey(), newKey()];

  const repository = (...keys: string[]) => new SessionProxiesRepository(dataSource, new Secrets(keys));
  const stored = async () =>
    (
      await database.query<{ proxy: string | null }>('SELECT proxy FROM session WHERE name = $1', ['default'])
    )[0]?.proxy;

  beforeAll(async () => {
    database = await createTestDatabase();
    dataSource = await openDataSource(database.url);
  });

  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  it('stores a proxy in plaintext only without a key, and removes it', async () => {
    await repository().set(DEFAULT_SESSION, proxy);
    expect(await stored()).toBe(TEXT);
    await repository(first).set(DEFAULT_SESSION, proxy);
    expect(await stored()).toMatch(/^enc1:/);
    expect((await repository(first).find(DEFAULT_SESSION))?.revealed()).toBe(TEXT);
    expect((await repository(first).findAny())?.address).toBe('socks5://proxy.example.com:1080');
    await repository(first).set(DEFAULT_SESSION, null);
    expect(await repository(first).find(DEFAULT_SESSION)).toBeNull();
    expect(await repository(first).findAny()).toBeNull();
  });

  it('throws if it cannot decrypt the proxy, and returns no address', async () => {
    await repository(first).set(DEFAULT_SESSION, proxy);
    await expect(repository(second).find(DEFAULT_SESSION)).rejects.toThrow(/not in ENCRYPTION_KEY/);
    await expect(repository(second).findAny()).rejects.toThrow(/not in ENCRYPTION_KEY/);
    expect(await repository(second).findAddress(DEFAULT_SESSION)).toBeNull();
  });

  it('finds a proxy that was encrypted again with a new key', async () => {
    await repository(first).set(DEFAULT_SESSION, proxy);
    const secrets = new Secrets([second, first]);
    const reencrypt = (text: string, row: Parameters<Secrets['encrypt']>[1]) =>
      secrets.encrypt(secrets.decrypt(text, row), row);
    const { signal } = new AbortController();
    await new SecretsRepository(dataSource).encryptAll(secrets.currentPrefix ?? '', reencrypt, signal);
    expect((await repository(second).find(DEFAULT_SESSION))?.revealed()).toBe(TEXT);
  });

  it('rejects sessions that do not exist', async () => {
    const missing = 'missing' as SessionName;
    await expect(repository().find(missing)).rejects.toThrow(SessionNotFound);
    await expect(repository().set(missing, proxy)).rejects.toThrow(SessionNotFound);
  });
});
