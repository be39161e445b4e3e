import type { NestExpressApplication } from '@nestjs/platform-express';
import { once } from 'node:events';
import type { Server, ServerResponse } from 'node:http';
import { Server as NetServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Stopping } from './health/stopping.js';

/** Callers who keep their connections send their next request within this, or have nothing to send. */
const QUIET_MS = 100;
const MAX_WAIT_FOR_QUIET_MS = 2_000;
/** Lists that are being streamed may take longer than that; then they are cut. */
const MAX_DRAIN_MS = 5_000;
const LOOK_EVERY_MS = 20;

/**
 * Ends without an error for anybody who was let in. At first every answer closes its connection, so that callers open their next
 * one to another replica; then nobody is let in any more, and what is under way is finished.
 */
export class GracefulServer {
  private readonly http: Server;
  private readonly answering = new Set<ServerResponse>();
  private lastRequestAtMs = 0;

  constructor(private readonly app: NestExpressApplication) {
    this.http = app.getHttpServer();
    this.http.prependListener('request', (_request, response) => this.track(response));
  }

  async listen(port: number, host: string): Promise<void> {
    await this.app.listen(port, host);
  }

  async close(): Promise<void> {
    this.stopping.begin();
    for (const response of this.answering) closeAfter(response);
    await this.quiet();
    const closed = once(this.http, 'close');
    // Not HTTP's own close: it would cut who has just been let in and not spoken yet.
    NetServer.prototype.close.call(this.http);
    await this.quiet();
    this.http.closeIdleConnections();
    await Promise.race([closed, sleep(MAX_DRAIN_MS, undefined, { ref: false })]);
    await this.app.close();
  }

  private async quiet(): Promise<void> {
    const until = performance.now() + MAX_WAIT_FOR_QUIET_MS;
    while (performance.now() < until && performance.now() - this.lastRequestAtMs < QUIET_MS)
      await sleep(LOOK_EVERY_MS);
  }

  private get stopping(): Stopping {
    return this.app.get(Stopping);
  }

  private track(response: ServerResponse): void {
    this.lastRequestAtMs = performance.now();
    if (this.stopping.hasBegun) closeAfter(response);
    this.answering.add(response);
    response.once('close', () => this.answering.delete(response));
  }
}

function closeAfter(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('Connection', 'close');
}
