import { isIPv6 } from 'node:net';

/**
 * Returns the host for `server.listen()`. For `::`, it is undefined: Node.js then listens on all IPv6 and IPv4
 * addresses, or on all IPv4 addresses if the kernel has no IPv6. An explicit `::` would fail there.
 */
export function listenHost(host: string): string | undefined {
  return host === '::' ? undefined : host;
}

/** Addresses that browsers on this machine reach as localhost. */
const LOCAL = /^(127\.0\.0\.1|0\.0\.0\.0|::1?)$/;

/** Returns the URL that opens a server in a browser on this machine. */
export function pageUrl(host: string, port: number): string {
  return serverUrl(LOCAL.test(host) ? 'localhost' : host, port);
}

/** Returns the URL of a server, with IPv6 addresses in brackets. */
export function serverUrl(host: string, port: number): string {
  return `http://${isIPv6(host) ? `[${host}]` : host}:${port}`;
}
