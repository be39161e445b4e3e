import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { MetricsAccess } from '../access/metrics-access.js';
import type { Config } from '../../kernel/config/config.js';
import { DatabaseHealth } from '../../database/database.health.js';
import { ProbePool } from '../../database/probe-pool.js';
import { assignRequestId } from '../http/request-id.js';
import { type MeasuredThread, Metrics } from './metrics.js';
import { OpsRoutes, type ProbedProcess, sendError } from './ops-routes.js';

/**
 * Probes and metrics alone, for a process of the session role: its main thread has nothing else to do, and does without the 50 MB of
 * framework and ORM.
 */
export class OpsServer {
  private readonly pool: ProbePool;
  private readonly routes: OpsRoutes;
  private readonly server: Server;

  /** @param session whose thread migrates the database first of all */
  constructor(config: Config, databaseUrl: string, session: ProbedProcess & MeasuredThread) {
    this.pool = new ProbePool(databaseUrl, config.ROLE);
    const database = new DatabaseHealth(this.pool, true);
    this.routes = new OpsRoutes({
      process: session,
      database,
      metrics: new Metrics(config, database, session),
      access: new MetricsAccess(config, this.pool),
    });
    this.server = createServer((request, response) => this.answer(request, response));
  }

  async listen(port: number, host: string): Promise<void> {
    this.server.listen(port, host);
    await once(this.server, 'listening');
  }

  async close(): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
    await this.pool.end();
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    assignRequestId(request, response);
    if (this.routes.handle(request, response)) return;
    const message =
      'ROLE=session answers /livez, /readyz, /startupz and /metrics only. Ask a process of ROLE=api.';
    sendError(response, 404, { code: 'route_not_found', message });
  }
}
