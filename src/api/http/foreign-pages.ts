import type { Request, RequestHandler } from 'express';
import { isIP } from 'node:net';
import type { Config } from '../../kernel/config/config.js';
import { ForeignHost, ForeignPage } from '../../access/access.errors.js';

const READING = new Set(['GET', 'HEAD', 'OPTIONS']);
/** Pages and extensions that bring the assertion of a passkey; what they may do, a one-time token decides. */
const PASSKEY_PATH = /\/passkey(\/confirm)?\/?$/;

/**
 * Where no keys are in use, a browser on this machine or network can reach everything, whatever page it shows. Keeps pages of
 * others from using it: neither by a name of theirs that they let point here (DNS rebinding), nor by a form or script.
 */
export function refuseForeignPages({
  ALLOWED_HOSTS,
  HOST,
}: Pick<Config, 'ALLOWED_HOSTS' | 'HOST'>): RequestHandler {
  const allowed = new Set([...ALLOWED_HOSTS, HOST.toLowerCase()]);
  /** Most callers use one name. */
  let lastHost: string | undefined;
  return (request, _response, next) => {
    const { host = '' } = request.headers;
    if (host !== lastHost) {
      if (!isOurs(nameOf(host), allowed)) throw new ForeignHost(nameOf(host));
      lastHost = host;
    }
    if (!READING.has(request.method) && !PASSKEY_PATH.test(request.path) && isOfForeignPage(request))
      throw new ForeignPage();
    next();
  };
}

/** Addresses cannot be rebound, nor can names without a dot, which no public DNS knows. */
function isOurs(host: string, allowed: ReadonlySet<string>): boolean {
  return isIP(host) !== 0 || /^[a-z0-9-]+$/.test(host) || host.endsWith('.localhost') || allowed.has(host);
}

/** Programs send neither header; browsers send one of them, or both. */
function isOfForeignPage({ headers }: Request): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  const { origin } = headers;
  return origin !== undefined && origin.replace(/^https?:\/\//, '') !== headers.host;
}

/** Of `Host`, without the port and the brackets of IPv6. */
function nameOf(host: string): string {
  return host
    .toLowerCase()
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
}
