import type { NestExpressApplication } from '@nestjs/platform-express';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { Server as NetServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { observeRequests } from './observe-requests.js';
import { Stopping } from './stopping.js';

/** Callers who keep their connections send their next request within this, or have nothing to send. */
const QUIET_MS = 100;
const MAX_WAIT_FOR_QUIET_MS = 2_000;
/** Lists that are being streamed may take longer than that; then they are cut. */
const MAX_DRAIN_MS = 5_000;
const LOOK_EVERY_MS = 20;

/** Of a request: its head, and all of it. The largest body has a few kilobytes. */
const HEAD_WITHIN_MS = 10_000;
const REQUEST_WITHIN_MS = 20_000;
/** Longer than load balancers keep theirs (60 s as a rule): what they send must not meet a connection that just closes. */
const KEEP_ALIVE_MS = 65_000;
/** Nothing is read or written: a command to the session takes half of it. */
const SILENT_MS = 60_000;

/**
 * Ends without an error for anybody who was let in. At first every answer closes its connection, so that callers open their next
 * one to another replica; then nobody is let in any more, and what is under way is finished.
 */
export class GracefulServer {
  private readonly http: Server;
  private readonly stopping: Stopping;
  private requests = 0;

  constructor(private readonly app: NestExpressApplication) {
    this.http = app.getHttpServer();
    this.stopping = app.get(Stopping);
    Object.assign(this.http, {
      headersTimeout: HEAD_WITHIN_MS,
      requestTimeout: REQUEST_WITHIN_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      timeout: SILENT_MS,
      // An option of createServer(), which Nest calls; read when listening begins.
      connectionsCheckingInterval: 1_000,
    });
    observeRequests(this.http);
    this.http.prependListener('request', (_request, response) => {
      this.requests += 1;
      if (this.stopping.hasBegun) response.setHeader('Connection', 'close');
    });
  }

  async listen(port: number, host: string): Promise<void> {
    await this.app.listen(port, host);
  }

  async close(): Promise<void> {
    this.stopping.begin();
    await this.quiet();
    const closed = once(this.http, 'close');
    // Not HTTP's own close: it would cut who has just been let in and not spoken yet.
    NetServer.prototype.close.call(this.http);
    await this.quiet();
    const closing = setInterval(() => this.http.closeIdleConnections(), LOOK_EVERY_MS);
    await Promise.race([closed, sleep(MAX_DRAIN_MS, undefined, { ref: false })]);
    clearInterval(closing);
    await this.app.close();
  }

  /** Resolves when nobody has asked for a while. */
  private async quiet(): Promise<void> {
    const until = performance.now() + MAX_WAIT_FOR_QUIET_MS;
    for (let before = -1; before !== this.requests && performance.now() < until;) {
      before = this.requests;
      await sleep(QUIET_MS);
    }
  }
}
