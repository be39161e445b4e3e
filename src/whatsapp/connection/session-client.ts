import type { BinaryNode } from '@whiskeysockets/baileys';
import { Log } from '../../kernel/logging/log.js';
import { type ClientVersion, formatVersion, isNewerVersion } from '../../sessions/client-version.js';
import type { FetchAge } from '../../sessions/client-version.repository.js';
import { BUNDLED_VERSION } from '../client-version/bundled-version.js';
import { readClientExpiration } from '../client-version/client-expiration.js';
import { type ClientVersions, DAILY, REFUSED, SUSPECTED } from '../client-version/client-versions.js';
import { ClientIdentity } from '../linking/client-identity.js';
import type { SessionContext } from '../sync/session-context.js';

/** Determines the client version that a session connects with, and when a newer one has to replace it. */
export class SessionClient {
  private readonly log = new Log(SessionClient.name);
  /** Of the last connection. */
  private version: ClientVersion = BUNDLED_VERSION;
  /** The last attempt to link failed, possibly because of the version. */
  isSuspected = false;

  /** @param deviceName DEVICE_NAME in Config */
  constructor(
    private readonly deviceName: string,
    private readonly versions: ClientVersions,
    private readonly context: Pick<SessionContext, 'lease' | 'stores'>,
  ) {}

  /** Fetches the current version before an attempt to link, because phones do not link outdated clients. */
  async prepareToLink(): Promise<void> {
    await this.refresh(this.isSuspected ? SUSPECTED : DAILY);
    this.isSuspected = false;
  }

  /** Returns the client of the next connection, with the newest version that any process has stored. */
  async next(): Promise<ClientIdentity> {
    this.version = await this.context.lease.read(() => this.versions.newest());
    return new ClientIdentity(this.deviceName, this.version);
  }

  /** @returns whether a newer version than that of the last connection exists; fetches the current one if necessary */
  async isOutdated(reason: 'refused' | 'suspected'): Promise<boolean> {
    return isNewerVersion(await this.refresh(reason === 'refused' ? REFUSED : SUSPECTED), this.version);
  }

  /** Calls back when a version newer than that of the last connection is known, unless the signal is aborted first. */
  onceOutdated(signal: AbortSignal, act: () => void): void {
    const newer = this.versions.whenNewer(this.version, signal).then(() => {
      if (!signal.aborted) act();
    });
    newer.catch((err: unknown) => {
      if (!signal.aborted) this.log.warn({ err }, 'Looking up client version failed');
    });
  }

  /**
   * Stores the announcement that WhatsApp will refuse the version of the current connection, or its withdrawal, and
   * fetches the current version.
   * @param stanza see readClientExpiration
   * @returns whether the version has to be replaced
   */
  async expires(stanza: BinaryNode): Promise<boolean> {
    const { lease, stores } = this.context;
    const at = readClientExpiration(stanza);
    if (at === undefined) return false;
    const message =
      at &&
      `WhatsApp will refuse client version ${formatVersion(this.version)} from ${at.toISOString()}. ` +
        'The service reconnects with a newer version as soon as it can fetch one.';
    await lease.transaction(async (tx) => {
      await stores.sessionState.reportClientExpiration(tx, lease.session, at);
      await stores.degradations.report(tx, lease.session, 'client_expiring', message);
    });
    if (at) await this.refresh(REFUSED);
    return at !== null;
  }

  private refresh(age: FetchAge): Promise<ClientVersion> {
    return this.context.lease.read(() => this.versions.refresh(age));
  }
}
