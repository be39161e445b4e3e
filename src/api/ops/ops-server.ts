import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { DatabaseHealth } from '../../database/database.health.js';
import { ProbePool } from '../../database/probe-pool.js';
import type { Config } from '../../kernel/config/config.js';
import { MetricsAccess } from '../access/metrics-access.js';
import { errorBody } from '../http/error-response.js';
import { assignRequestId } from '../http/request-id.js';
import { type MeasuredThread, Metrics } from './metrics.js';
import { OpsRoutes, type ProbedProcess, sendBody } from './ops-routes.js';

const ROUTE_NOT_FOUND = errorBody(
  404,
  'route_not_found',
  'A process with ROLE=session serves only /livez, /readyz, /startupz and /metrics. ' +
    'Send the request to a process with ROLE=api.',
);

/**
 * Serves probes and metrics in a process of the session role. Without Nest and TypeORM, its main thread needs 50 MB
 * less memory.
 */
export class OpsServer {
  private readonly pool: ProbePool;
  private readonly routes: OpsRoutes;
  private readonly server: Server;

  /** @param session its thread migrates the database when it starts */
  constructor(config: Config, databaseUrl: string, session: ProbedProcess & MeasuredThread) {
    this.pool = new ProbePool(databaseUrl, config.ROLE);
    const database = new DatabaseHealth(this.pool, true);
    this.routes = new OpsRoutes({
      process: session,
      database,
      metrics: new Metrics(config, database, session),
      access: new MetricsAccess(config, this.pool),
    });
    this.server = createServer((request, response) => this.respond(request, response));
  }

  /** @param host default: all addresses */
  async listen(port: number, host?: string): Promise<void> {
    this.server.listen(port, host);
    await once(this.server, 'listening');
  }

  async close(): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
    await this.pool.end();
  }

  private respond(request: IncomingMessage, response: ServerResponse): void {
    assignRequestId(request, response);
    if (!this.routes.handle(request, response)) sendBody(response, ROUTE_NOT_FOUND);
  }
}
