import { once } from 'node:events';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { addAbortSignal } from 'node:stream';
import { ProxyAgent } from './proxy-agent.js';
import type { ProxyUrl } from './proxy-url.js';

/** The headers that fetch() of Node.js sends. WhatsApp's sites accept them. */
const HEADERS = { accept: '*/*', 'accept-language': '*', 'sec-fetch-mode': 'cors', 'user-agent': 'node' };

export interface GetOptions {
  /** Null connects directly. */
  proxy: ProxyUrl | null;
  /** Also ends the download of the body. */
  signal: AbortSignal;
  headers?: Record<string, string>;
}

/**
 * Sends a GET request to an `https:` URL, or to an `http:` URL without a proxy. Does not follow redirects, and does not
 * decompress the response. fetch() does not support SOCKS5 or an `http.Agent`, so it could not use the proxies that
 * WebSockets use.
 *
 * @returns the response; read its body or destroy it
 * @throws ProxyError, or the error of the connection
 */
export async function httpGet(url: URL, { proxy, signal, headers }: GetOptions): Promise<IncomingMessage> {
  signal.throwIfAborted();
  const agent = proxy ? new ProxyAgent(proxy, 'https:') : undefined;
  const request = url.protocol === 'http:' ? requestHttp : requestHttps;
  const sent = request(url, { agent, signal, headers: { ...HEADERS, ...headers } });
  // Errors after the response headers are also errors of the response.
  sent.on('error', () => {});
  sent.end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  addAbortSignal(signal, response);
  return response;
}
