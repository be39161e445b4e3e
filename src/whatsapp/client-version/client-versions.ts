import { EventEmitter, once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { repeat } from '../../kernel/async/repeat.js';
import { SingleFlight } from '../../kernel/async/single-flight.js';
import { FailureLog } from '../../kernel/logging/failure-log.js';
import { Log } from '../../kernel/logging/log.js';
import { environmentProxies } from '../../kernel/network/outgoing-proxies.js';
import type { ProxyUrl } from '../../kernel/network/proxy-url.js';
import { type ClientVersion, formatVersion, isNewerVersion } from '../../sessions/client-version.js';
import { ClientVersionRepository, type FetchAge } from '../../sessions/client-version.repository.js';
import { SessionProxiesRepository } from '../../sessions/session-proxies.repository.js';
import { BUNDLED_VERSION, BUNDLED_VERSION_CURRENT_AT } from './bundled-version.js';
import { FETCH_TIMEOUT_MS, fetchClientVersion, SERVICE_WORKER_URL } from './fetch-client-version.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/**
 * WhatsApp releases several versions a day, and accepts each of them for months. After a failed fetch the version can
 * be too old to link with, so the next attempt follows soon: one request for all processes.
 */
export const DAILY: FetchAge = { afterSuccessMs: 24 * HOUR_MS, afterFailureMs: MINUTE_MS / 2 };
/** Linking fails without a reason. A client with an outdated version receives no other indication. */
export const SUSPECTED: FetchAge = { afterSuccessMs: 6 * HOUR_MS, afterFailureMs: MINUTE_MS / 2 };
/** WhatsApp has refused the version, or announced that it will. */
export const REFUSED: FetchAge = { afterSuccessMs: MINUTE_MS, afterFailureMs: MINUTE_MS / 2 };

const CHECK_EVERY_MS = 10_000;
/** After this time, a process that claimed a fetch is assumed to have been killed. */
const GIVE_UP_MS = FETCH_TIMEOUT_MS + 5_000;
const POLL_EVERY_MS = 250;

/**
 * Provides the WhatsApp Web version that this service reports to WhatsApp. One process at a time fetches it from
 * web.whatsapp.com and stores it for all. It never decreases. Before the first successful fetch, it is the version
 * bundled with Baileys.
 *
 * An outdated version is refused in two ways: phones refuse to link the device without notifying it (Baileys #2679),
 * and, much later, WhatsApp refuses the connection. Until then, linked devices can keep using it.
 */
@Injectable()
export class ClientVersions {
  private readonly log = new Log(ClientVersions.name);
  private readonly fetching = new FailureLog(this.log, 'Fetching WhatsApp Web version');
  private readonly known = new EventEmitter().setMaxListeners(0);
  /** Sessions that need a fetch at the same time share it. */
  private readonly refreshes = new SingleFlight<FetchAge, ClientVersion>();
  private isBundledStored = false;

  constructor(
    private readonly repository: ClientVersionRepository,
    private readonly sessionProxies: SessionProxiesRepository,
  ) {}

  /** Fetches the version daily, until stopped. */
  async run(stop: AbortSignal): Promise<void> {
    const failure = new FailureLog(this.log, 'Looking up WhatsApp Web version');
    await repeat({ everyMs: CHECK_EVERY_MS, signal: stop, failure }, () => this.refresh(DAILY));
  }

  async newest(): Promise<ClientVersion> {
    const { version } = (await this.repository.find()) ?? { version: BUNDLED_VERSION };
    return isNewerVersion(BUNDLED_VERSION, version) ? BUNDLED_VERSION : version;
  }

  /**
   * Fetches the current version if the last fetch is old enough, or waits while another process does; up to 10 s.
   * A failed fetch is logged.
   * @returns the newest known version
   */
  refresh(age: FetchAge): Promise<ClientVersion> {
    return this.refreshes.run(age, () => this.refreshOnce(age));
  }

  /**
   * Resolves as soon as a newer version is known.
   * @throws the signal's reason
   */
  async whenNewer(than: ClientVersion, signal: AbortSignal): Promise<void> {
    let version = await this.newest();
    signal.throwIfAborted();
    while (!isNewerVersion(version, than)) {
      [version] = (await once(this.known, 'version', { signal })) as [ClientVersion];
    }
  }

  private async refreshOnce(age: FetchAge): Promise<ClientVersion> {
    if (!this.isBundledStored) await this.repository.raise(BUNDLED_VERSION, BUNDLED_VERSION_CURRENT_AT);
    this.isBundledStored = true;
    if (await this.repository.claimFetch(age, GIVE_UP_MS)) await this.fetch();
    else await this.waitForOthers();
    const version = await this.newest();
    this.known.emit('version', version);
    return version;
  }

  private async fetch(): Promise<void> {
    const fetched = this.findProxy().then((proxy) => fetchClientVersion(proxy));
    const version = await fetched.catch((error: unknown) => {
      this.fetching.failed(error);
      return null;
    });
    if (!version) return this.repository.failed();
    await this.repository.fetched(version);
    this.fetching.recovered();
    this.log.info({ version: formatVersion(version) }, 'WhatsApp Web version fetched');
  }

  /**
   * The version is not fetched for a particular session. Without a proxy in the environment, it is fetched through that
   * of any session, a different one each time, so that a machine whose sessions have proxies never connects directly.
   */
  private async findProxy(): Promise<ProxyUrl | null> {
    return environmentProxies.for(SERVICE_WORKER_URL) ?? (await this.sessionProxies.findAny());
  }

  private async waitForOthers(): Promise<void> {
    const giveUpAtMs = performance.now() + GIVE_UP_MS;
    while ((await this.repository.find())?.isFetching && performance.now() < giveUpAtMs)
      await sleep(POLL_EVERY_MS);
  }
}
