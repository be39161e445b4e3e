import { once } from 'node:events';
import type { Server } from 'node:http';
import { Server as NetServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { observeRequests } from './observe-requests.js';
import { Stopping } from './stopping.js';

/** Clients with keep-alive connections send their next request within this time, or have none to send. */
const QUIET_MS = 250;
const MAX_WAIT_FOR_QUIET_MS = 2_000;
/** Lists that are still being streamed after this time are interrupted. */
const MAX_DRAIN_MS = 5_000;
const LOOK_EVERY_MS = 20;

/** Time limits for the headers of a request and for the whole request. The largest body has a few kilobytes. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 20_000;
/** Longer than the usual 60 s of load balancers: they must not send a request on a connection that just closes. */
const KEEP_ALIVE_MS = 65_000;
/** Without any data. A command to the session takes half of it. */
const IDLE_TIMEOUT_MS = 60_000;

/**
 * Shuts down without failing accepted requests. First, every response closes its connection, so that clients
 * reconnect to another replica. Then the server accepts no new connections, and finishes the running requests.
 */
export class GracefulServer {
  private readonly http: Server;
  private readonly stopping: Stopping;
  private requests = 0;

  constructor(private readonly app: NestExpressApplication) {
    this.http = app.getHttpServer();
    this.stopping = app.get(Stopping);
    Object.assign(this.http, {
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      timeout: IDLE_TIMEOUT_MS,
      // An option of createServer(), which Nest calls. The server reads it when it starts to listen.
      connectionsCheckingInterval: 1_000,
    });
    observeRequests(this.http);
    this.http.prependListener('request', (_request, response) => {
      this.requests += 1;
      if (this.stopping.hasBegun) response.setHeader('Connection', 'close');
    });
  }

  async listen(port: number, host?: string): Promise<void> {
    await (host === undefined ? this.app.listen(port) : this.app.listen(port, host));
  }

  async close(): Promise<void> {
    this.stopping.begin();
    await this.quiet();
    const closed = once(this.http, 'close');
    // close() of the HTTP server would also close new connections that have not sent a request yet.
    NetServer.prototype.close.call(this.http);
    await this.quiet();
    const closing = setInterval(() => this.http.closeIdleConnections(), LOOK_EVERY_MS);
    await Promise.race([closed, sleep(MAX_DRAIN_MS, undefined, { ref: false })]);
    clearInterval(closing);
    await this.app.close();
  }

  /** Resolves when no request has arrived for QUIET_MS. */
  private async quiet(): Promise<void> {
    const until = performance.now() + MAX_WAIT_FOR_QUIET_MS;
    for (let before = -1; before !== this.requests && performance.now() < until;) {
      before = this.requests;
      await sleep(QUIET_MS);
    }
  }
}
