import { isIP } from 'node:net';
import type { Request, RequestHandler } from 'express';
import { ForeignHost, ForeignPage } from '../../access/access.errors.js';
import type { Config } from '../../kernel/config/config.js';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);
const LOCAL_NAME = /^([a-z0-9-]+|([a-z0-9-]+\.)+localhost)$/;
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
  CORS_ORIGINS,
  HOST,
}: Pick<Config, 'ALLOWED_HOSTS' | 'CORS_ORIGINS' | 'HOST'>): RequestHandler {
  const allowed = new Set([...ALLOWED_HOSTS, HOST.toLowerCase()]);
  const isForeign = (request: Request) =>
    !CORS_ORIGINS.includes(request.headers.origin ?? '') && isFromForeignPage(request);
  return (request, _response, next) => {
    // A proxy can set X-Forwarded-Host or pass it on from the page, so both have to be known.
    for (const host of [request.headers.host ?? '', hostOf(request)].map(nameOf))
      if (!isTrusted(host, allowed)) throw new ForeignHost(host);
    const isPasskey = request.method === 'POST' && PASSKEY_PATH.test(request.path);
    if (!SAFE_METHODS.has(request.method) && !isPasskey && isForeign(request)) throw new ForeignPage();
    next();
  };
}

/** Rebinding needs a public DNS name, so IP addresses and names without a dot are trusted. */
function isTrusted(host: string, allowed: ReadonlySet<string>): boolean {
  return isIP(host) !== 0 || LOCAL_NAME.test(host) || allowed.has(host);
}

/** Browsers send at least one of the two headers; other clients send neither. */
function isFromForeignPage(request: Request): boolean {
  const { origin, 'sec-fetch-site': site } = request.headers;
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  return origin !== undefined && origin.replace(/^https?:\/\//, '') !== hostOf(request);
}

/** Returns the host that the browser has requested, from a proxy in TRUSTED_PROXIES or from the header `Host`. */
function hostOf(request: Request): string {
  // Requests of HTTP/1.0 can omit the header, which the type of `request.host` does not consider.
  return request.headers.host === undefined ? '' : request.host;
}

/** Returns the name in a `Host` header, without the port and the brackets of IPv6. */
function nameOf(host: string): string {
  return host
    .toLowerCase()
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
}
