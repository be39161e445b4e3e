import { once } from 'node:events';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { connect, isIPv6, type Socket } from 'node:net';
import { ProxyError, proxyUnreachable } from './proxy-error.js';
import type { ProxyUrl } from './proxy-url.js';

/** Time until the proxy has connected to the destination. Shorter than the time limits of requests. */
const TIMEOUT_MS = 10_000;

/** Messages of `socks`, which has no codes. */
const SOCKS_UNAUTHORIZED = /authentication/i;
const SOCKS_REFUSED = /rejected connection(?: - (\w+))?/;

/** A host name or IP address, and a port. The proxy resolves host names. */
export interface Destination {
  host: string;
  port: number;
}

/**
 * Connects to a destination through a proxy.
 * @throws ProxyError
 */
export async function openTunnel(proxy: ProxyUrl, destination: Destination): Promise<Socket> {
  try {
    return await (proxy.isSocks ? openSocks(proxy, destination) : openHttp(proxy, destination));
  } catch (cause) {
    throw proxyUnreachable(proxy, cause as Error);
  }
}

function openHttp(proxy: ProxyUrl, destination: Destination): Promise<Socket> {
  const { host, port, credentials } = proxy;
  const authority = authorityOf(destination);
  const authorization =
    credentials &&
    `Basic ${Buffer.from(`${credentials.user}:${credentials.password}`, 'utf8').toString('base64')}`;
  const request = (proxy.isTls ? requestHttps : requestHttp)({
    host,
    port,
    method: 'CONNECT',
    path: authority,
    agent: false,
    headers: { host: authority, ...(authorization && { 'proxy-authorization': authorization }) },
  });
  const timer = setTimeout(() => request.destroy(noResponse()), TIMEOUT_MS);
  return new Promise<Socket>((resolve, reject) => {
    request.once('error', reject);
    request.once('connect', ({ statusCode = 0 }, socket, head) => {
      if (statusCode >= 200 && statusCode < 300) {
        if (head.length > 0) socket.unshift(head);
        return resolve(socket);
      }
      socket.on('error', () => {}).destroy();
      reject(refusedWith(statusCode, proxy, authority));
    });
    request.end();
  }).finally(() => clearTimeout(timer));
}

function refusedWith(status: number, proxy: ProxyUrl, authority: string): ProxyError {
  if (status === 407) {
    const problem = proxy.credentials ? 'rejects the credentials' : 'requires a user name and password';
    return new ProxyError('unauthorized', proxy, `${problem} (HTTP 407)`);
  }
  return new ProxyError('refused', proxy, `did not connect to ${authority} (HTTP ${status})`);
}

async function openSocks(proxy: ProxyUrl, destination: Destination): Promise<Socket> {
  const { SocksClient } = await import('socks');
  const { host, port, credentials } = proxy;
  const startedMs = performance.now();
  // An error may arrive after `socks` has removed its listeners. Without a listener, it would end the process.
  const socket = connect({ host, port }).on('error', () => {});
  const timer = setTimeout(() => socket.destroy(noResponse()), TIMEOUT_MS);
  await once(socket, 'connect').finally(() => clearTimeout(timer));
  try {
    await SocksClient.createConnection({
      proxy: { host, port, type: 5, userId: credentials?.user, password: credentials?.password },
      command: 'connect',
      destination,
      existing_socket: socket,
      timeout: Math.max(1, TIMEOUT_MS - (performance.now() - startedMs)),
    });
    if (socket.destroyed) throw new Error('The proxy closed the connection');
    return socket;
  } catch (cause) {
    socket.destroy();
    throw describeSocks(cause as Error, proxy, authorityOf(destination));
  }
}

function describeSocks(cause: Error, proxy: ProxyUrl, authority: string): Error {
  const { message } = cause;
  if (SOCKS_UNAUTHORIZED.test(message)) {
    const problem = proxy.credentials ? 'rejects the credentials' : 'requires a user name and password';
    return new ProxyError('unauthorized', proxy, problem, { cause });
  }
  const [isRefused, response = 'no reason'] = SOCKS_REFUSED.exec(message) ?? [];
  if (isRefused)
    return new ProxyError('refused', proxy, `did not connect to ${authority} (${response})`, { cause });
  return /timed out/.test(message)
    ? noResponse()
    : new ProxyError('unreachable', proxy, 'does not respond like a SOCKS5 proxy', { cause });
}

function noResponse(): Error {
  return Object.assign(new Error('The proxy did not respond in time'), { code: 'ETIMEDOUT' });
}

function authorityOf({ host, port }: Destination): string {
  return `${isIPv6(host) ? `[${host}]` : host}:${port}`;
}
