import { once } from 'node:events';
import { createServer, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import { DatabaseHealth } from '../database/database.health.js';
import { ProbePool } from '../database/probe-pool.js';

/**
 * The probes of HealthController without the framework, for a process of the session role: its main thread has
 * nothing else to do, and a waiting replica should cost little memory.
 */
export class ProbeServer {
  private readonly pool: ProbePool;
  private readonly database: DatabaseHealth;
  private readonly server: Server;

  /** @param session whose thread migrates the database first of all */
  constructor(
    databaseUrl: string,
    private readonly session: { readonly hasStarted: boolean },
  ) {
    this.pool = new ProbePool(databaseUrl);
    this.database = new DatabaseHealth(this.pool, true);
    this.server = createServer((request, response) => void this.answer(request.url ?? '', response));
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

  private async answer(url: string, response: ServerResponse): Promise<void> {
    const [path] = url.split('?');
    if (path === '/livez') return send(response, 200);
    if (path === '/startupz' && this.session.hasStarted) return send(response, 200);
    if (path === '/startupz' || path === '/readyz') {
      const problem = (await this.database.problem()) ?? this.startProblem();
      return problem ? send(response, 503, problem) : send(response, 200);
    }
    send(
      response,
      404,
      'ROLE=session answers /livez, /readyz and /startupz only. Ask a process of ROLE=api.',
    );
  }

  private startProblem(): string | null {
    return this.session.hasStarted
      ? null
      : 'The session has not started yet. The log says more if this lasts.';
  }
}

function send(response: ServerResponse, statusCode: number, message?: string): void {
  const body = message ? { statusCode, error: STATUS_CODES[statusCode], message } : { status: 'ok' };
  response.writeHead(statusCode, {
    'content-type': 'application/json; charset=utf-8',
    ...(statusCode === 503 && { 'retry-after': '5' }),
  });
  response.end(JSON.stringify(body));
}
