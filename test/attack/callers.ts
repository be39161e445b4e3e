import { request } from 'node:http';
import { count, type Outcomes } from './target.js';

/** Responses that a caller must not receive, by key, then by page. */
export interface Refusal {
  what: string;
  method?: string;
  path: string;
  headers?: Record<string, string>;
  body?: string;
  expected: number;
}

/** @throws if a request is not refused as expected */
export async function refused(port: number, refusals: Refusal[]): Promise<Outcomes> {
  const outcomes: Outcomes = {};
  for (const refusal of refusals) {
    const status = await statusOf(port, refusal);
    if (status !== refusal.expected)
      throw new Error(`${refusal.what}: ${status} instead of ${refusal.expected}`);
    count(outcomes, status);
  }
  return outcomes;
}

/** Sends a request without fetch(), which does not allow other Host and Origin headers. */
function statusOf(port: number, { method = 'GET', path, headers, body }: Refusal): Promise<number> {
  return new Promise((resolve, reject) => {
    const sending = request({ host: '127.0.0.1', port, method, path, headers, agent: false }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode ?? 0));
    });
    sending.once('error', reject).end(body);
  });
}
