import { isIPv6 } from 'node:net';

/**
 * Returns the host for `server.listen()`. For `::`, it is undefined: Node.js then listens on all IPv6 and IPv4
 * addresses, or on all IPv4 addresses if the kernel has no IPv6. An explicit `::` would fail there.
 */
export function listenHost(host: string): string | undefined {
  return host === '::' ? undefined : host;
}

/** Returns the URL of a server, with IPv6 addresses in brackets. */
export function serverUrl(host: string, port: number): string {
  return `http://${isIPv6(host) ? `[${host}]` : host}:${port}`;
}
