import { once } from 'node:events';
import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { Injectable } from '@nestjs/common';
import { Config } from '../kernel/config/config.js';
import { VERSION } from '../kernel/config/version.js';
import { environmentProxies, type OutgoingProxies } from '../kernel/network/outgoing-proxies.js';
import { ProxyAgent } from '../kernel/network/proxy-agent.js';
import { ProxyError } from '../kernel/network/proxy-error.js';
import { ProxyUrl } from '../kernel/network/proxy-url.js';
import { Destinations } from './destinations.js';
import { readRetryAfter } from './retries.js';
import { sign } from './webhook-secret.js';
import type { WebhookSecrets } from './webhooks.repository.js';

/** Includes name resolution, connection, request and response. */
const TIMEOUT_MS = 15_000;
/** Response bodies within these limits are read, so that the connection can be reused. Others close the connection. */
const MAX_RESPONSE_BYTES = 65_536;
const MAX_RESPONSE_MS = 1_000;

export interface Delivery extends WebhookSecrets {
  id: string;
  url: string;
  body: string;
}

/** Result of an attempt. */
export interface Outcome {
  /** HTTP status; null if there was no response. */
  status: number | null;
  durationMs: number;
  /** One sentence; null if the delivery succeeded. */
  error: string | null;
  retryAfterMs: number | null;
}

/** Sends deliveries as Standard Webhooks specifies. Does not follow redirects: receivers could redirect to any host. */
@Injectable()
export class WebhookSender {
  private readonly agents = {
    'http:': new HttpAgent({ keepAlive: true }),
    'https:': new HttpsAgent({ keepAlive: true }),
  };

  private readonly proxies: OutgoingProxies;

  constructor(
    private readonly destinations: Destinations,
    { WEBHOOKS_PROXY }: Config,
  ) {
    this.proxies = proxiesFor(WEBHOOKS_PROXY);
  }

  /**
   * Checks a URL before it is stored. Resolves its host name, unless a proxy does.
   * @throws DestinationRefused
   */
  async check(target: URL): Promise<void> {
    if (this.proxies.for(target)) this.destinations.check(target);
    else await this.destinations.resolve(target);
  }

  /**
   * Sends a delivery. Resolves when the response headers arrive, so that a slow body does not delay other deliveries.
   * @throws the reason of `stop` when it is aborted
   */
  async send(delivery: Delivery, stop: AbortSignal): Promise<Outcome> {
    const { problem } = delivery;
    if (problem !== null) return { status: null, durationMs: 0, error: problem, retryAfterMs: null };
    const startedMs = performance.now();
    const timeout = AbortSignal.timeout(TIMEOUT_MS);
    try {
      const { statusCode = 0, headers } = await this.post(delivery, AbortSignal.any([stop, timeout]));
      return {
        status: statusCode,
        durationMs: Math.round(performance.now() - startedMs),
        error: statusCode >= 200 && statusCode < 300 ? null : describeStatus(statusCode),
        retryAfterMs: readRetryAfter(headers['retry-after']),
      };
    } catch (error) {
      if (stop.aborted) throw error;
      const message = timeout.aborted
        ? `The receiver did not respond within ${TIMEOUT_MS / 1_000} s.`
        : `The receiver cannot be reached: ${describeError(error as Error)}`;
      return {
        status: null,
        durationMs: Math.round(performance.now() - startedMs),
        error: message,
        retryAfterMs: null,
      };
    }
  }

  private async post(
    { id, url, headers, secrets, body }: Delivery,
    signal: AbortSignal,
  ): Promise<IncomingMessage> {
    const target = new URL(url);
    this.destinations.check(target);
    const timestamp = Math.floor(Date.now() / 1_000);
    const protocol = target.protocol === 'https:' ? 'https:' : 'http:';
    const proxy = this.proxies.for(target);
    const request = (protocol === 'https:' ? requestHttps : requestHttp)(target, {
      method: 'POST',
      agent: proxy ? new ProxyAgent(proxy, protocol) : this.agents[protocol],
      // A proxy resolves the name itself, so only IP addresses in the URL were checked.
      lookup: this.destinations.lookup,
      signal,
      headers: {
        'Content-Type': 'application/json',
        'Content-Length': Buffer.byteLength(body),
        'User-Agent': `whatsapp-contacts/${VERSION}`,
        'webhook-id': id,
        'webhook-timestamp': String(timestamp),
        'webhook-signature': sign({ id, timestamp, body }, secrets),
        ...headers,
      },
    });
    // Errors after the response headers are ignored.
    request.on('error', () => {});
    request.end(body);
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    discard(response);
    return response;
  }
}

function describeError(error: Error): string {
  if (error instanceof ProxyError)
    return `${error.reason} Check WEBHOOKS_PROXY, or HTTPS_PROXY, HTTP_PROXY and ALL_PROXY.`;
  return error.message || String((error as { code?: string }).code);
}

function proxiesFor(setting: Config['WEBHOOKS_PROXY']): OutgoingProxies {
  if (setting === undefined) return environmentProxies;
  const proxy = setting === 'direct' ? null : ProxyUrl.require(setting);
  return { for: () => proxy };
}

/** Reads the body in the background without using it. */
function discard(response: IncomingMessage): void {
  let bytes = 0;
  const timer = setTimeout(() => response.destroy(), MAX_RESPONSE_MS);
  response
    .on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > MAX_RESPONSE_BYTES) response.destroy();
    })
    .on('error', () => {})
    .on('close', () => clearTimeout(timer));
}

function describeStatus(status: number): string {
  if (status >= 300 && status < 400)
    return `The receiver responded with ${status}. Redirects are not followed: set the URL that it redirects to.`;
  return `The receiver responded with ${status}.`;
}
