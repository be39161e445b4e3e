import { isIP } from 'node:net';
import type { Request, RequestHandler } from 'express';
import { ForeignHost, ForeignPage } from '../../access/access.errors.js';
import type { Config } from '../../kernel/config/config.js';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);
/** Called by pages and extensions that submit a passkey assertion. A one-time token authorizes these requests. */
const PASSKEY_PATH = /\/passkey(\/confirm)?\/?$/;

/**
 * Protects against foreign web pages while no keys are in use. Any page in a browser on this machine or network could
 * otherwise use the API: by a DNS name that resolves to this address (DNS rebinding), or by forms and scripts (CSRF).
 *
 * @throws ForeignHost, ForeignPage
 */
export function refuseForeignPages({
  ALLOWED_HOSTS,
  HOST,
}: Pick<Config, 'ALLOWED_HOSTS' | 'HOST'>): RequestHandler {
  const allowed = new Set([...ALLOWED_HOSTS, HOST.toLowerCase()]);
  return (request, _response, next) => {
    const host = nameOf(request.headers.host ?? '');
    if (!isTrusted(host, allowed)) throw new ForeignHost(host);
    if (!SAFE_METHODS.has(request.method) && !PASSKEY_PATH.test(request.path) && isFromForeignPage(request))
      throw new ForeignPage();
    next();
  };
}

/** Rebinding needs a public DNS name, so IP addresses and names without a dot are trusted. */
function isTrusted(host: string, allowed: ReadonlySet<string>): boolean {
  return isIP(host) !== 0 || /^[a-z0-9-]+$/.test(host) || host.endsWith('.localhost') || allowed.has(host);
}

/** Browsers send at least one of the two headers; other clients send neither. */
function isFromForeignPage({ headers }: Request): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  const { origin } = headers;
  return origin !== undefined && origin.replace(/^https?:\/\//, '') !== headers.host;
}

/** Returns the name in a `Host` header, without the port and the brackets of IPv6. */
function nameOf(host: string): string {
  return host
    .toLowerCase()
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
}
