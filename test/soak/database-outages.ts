import { setTimeout as sleep } from 'node:timers/promises';
import { TcpProxy } from '../support/tcp-proxy.js';

/** After an outage replicas may need this long until their pools have new connections. */
const RECOVERY_MS = 3_000;

/** A proxy that simulates database restarts: it cuts all connections, and rejects new ones for a time. */
export class DatabaseOutages {
  private readonly outages: { from: number; to: number }[] = [];

  private constructor(
    private readonly proxy: TcpProxy,
    /** Of the database as the services see it. */
    readonly url: string,
  ) {}

  static async before(databaseUrl: string): Promise<DatabaseOutages> {
    const { proxy, url } = await TcpProxy.beforeDatabase(databaseUrl);
    return new DatabaseOutages(proxy, url);
  }

  async restart(downMs: number): Promise<void> {
    const outage = { from: Date.now(), to: Number.POSITIVE_INFINITY };
    this.outages.push(outage);
    await this.proxy.goDown();
    await sleep(downMs);
    await this.proxy.comeBack();
    outage.to = Date.now();
  }

  /** Whether the database was away at some time between, or had just come back. */
  excuses(from: number, to: number): boolean {
    return this.outages.some((outage) => from <= outage.to + RECOVERY_MS && to >= outage.from);
  }

  stop(): Promise<void> {
    return this.proxy.stop();
  }
}
