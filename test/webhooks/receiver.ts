import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import type { ChangeDto } from '../../src/api/changes/changes.dto.js';
import type { WebhookPayloadDto } from '../../src/api/webhooks/webhook-payload.dto.js';

export interface Received {
  id: string;
  payload: WebhookPayloadDto;
  headers: IncomingMessage['headers'];
  atMs: number;
}

/** How a receiver answers: a status, or with headers, or not at all, or with a body that does not end. */
export type Answer =
  number | { status: number; headers: Record<string, string> } | 'silence' | 'endless body';

/** A receiver of webhooks that verifies what comes with the library of Standard Webhooks, as users do. */
export class Receiver {
  /** Requests with a valid signature, regardless of the response. */
  readonly requests: Received[] = [];
  /** Bodies with an invalid signature. */
  readonly forged: string[] = [];
  /** Secret for the verification. */
  secret = '';
  answer: (request: Received) => Answer = () => 204;

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(port = 0): Promise<Receiver> {
    const server = createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');
    const receiver = new Receiver(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`);
    server.on('request', (request, response) => void receiver.receive(request, response));
    return receiver;
  }

  /** Changes of accepted requests, each delivery once. */
  get taken(): ChangeDto[] {
    const seen = new Set<string>();
    return this.requests
      .filter((request) => this.isTaken(request))
      .filter(({ id }) => !seen.has(id) && seen.add(id))
      .flatMap(({ payload }) => payload.data.items);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private readonly accepted = new Set<Received>();

  private isTaken(request: Received): boolean {
    return this.accepted.has(request);
  }

  private async receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const { headers } = request;
    try {
      const payload = new Webhook(this.secret).verify(body, headers as Record<string, string>);
      const received = {
        id: String(headers['webhook-id']),
        payload: payload as WebhookPayloadDto,
        headers,
        atMs: performance.now(),
      };
      this.requests.push(received);
      const answer = this.answer(received);
      if (answer === 'silence') return;
      if (answer === 'endless body') {
        this.accepted.add(received);
        response.writeHead(200).write('a');
        return;
      }
      const { status, headers: more } = typeof answer === 'number' ? { status: answer, headers: {} } : answer;
      if (status >= 200 && status < 300) this.accepted.add(received);
      response.writeHead(status, more).end();
    } catch (error) {
      this.forged.push(String(error));
      response.writeHead(400).end();
    }
  }
}
