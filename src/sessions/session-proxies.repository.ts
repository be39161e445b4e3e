import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { SessionName } from '../kernel/identifiers/session-name.js';
import { FailureLog } from '../kernel/logging/failure-log.js';
import { Log } from '../kernel/logging/log.js';
import { ProxyUrl } from '../kernel/network/proxy-url.js';
import { SecretsError } from '../secrets/secrets.errors.js';
import { Secrets } from '../secrets/secrets.js';
import { SessionNotFound } from './sessions.errors.js';

interface ProxyRow {
  name: SessionName;
  proxy: string | null;
}

/** Stores the proxies of sessions, encrypted. */
@Injectable()
export class SessionProxiesRepository {
  private readonly failure = new FailureLog(
    new Log(SessionProxiesRepository.name),
    'Decrypting session proxies',
  );

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly secrets: Secrets,
  ) {}

  /**
   * @returns null if the session has no proxy
   * @throws SessionNotFound; SecretsError if the proxy cannot be decrypted
   */
  async find(session: SessionName): Promise<ProxyUrl | null> {
    const [row] = await this.dataSource.query<ProxyRow[]>('SELECT name, proxy FROM session WHERE name = $1', [
      session,
    ]);
    if (!row) throw new SessionNotFound(session);
    return this.open(row);
  }

  /**
   * Returns the address of the proxy, without credentials.
   * @returns null if the session has no proxy, or if the proxy cannot be decrypted, which is logged
   * @throws SessionNotFound
   */
  async findAddress(session: SessionName): Promise<string | null> {
    try {
      const proxy = await this.find(session);
      this.failure.recovered();
      return proxy?.address ?? null;
    } catch (error) {
      if (!(error instanceof SecretsError)) throw error;
      this.failure.failed(error);
      return null;
    }
  }

  /** Returns the proxy of a random session; null if none has one. @throws SecretsError */
  async findAny(): Promise<ProxyUrl | null> {
    const [row] = await this.dataSource.query<ProxyRow[]>(
      'SELECT name, proxy FROM session WHERE proxy IS NOT NULL ORDER BY random() LIMIT 1',
    );
    return row ? this.open(row) : null;
  }

  /** @param proxy null removes it @throws SessionNotFound */
  async set(session: SessionName, proxy: ProxyUrl | null): Promise<void> {
    const [, count] = await this.dataSource.query<[unknown, number]>(
      'UPDATE session SET proxy = $2 WHERE name = $1',
      [session, this.seal(session, proxy)],
    );
    if (count === 0) throw new SessionNotFound(session);
  }

  /** Encrypts a proxy for a row that another repository inserts. */
  seal(session: SessionName, proxy: ProxyUrl | null): string | null {
    return proxy && this.secrets.encrypt(proxy.revealed(), ['session', session]);
  }

  private open({ name, proxy: stored }: ProxyRow): ProxyUrl | null {
    if (stored === null) return null;
    return ProxyUrl.require(this.secrets.decrypt(stored, ['session', name]));
  }
}
