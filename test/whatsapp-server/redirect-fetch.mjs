import http from 'node:http';
import https from 'node:https';
import { syncBuiltinESMExports } from 'node:module';

/**
 * Media hosts, the website with the newest client version, and hosts under `.example` (RFC 2606), so that tests can
 * detect requests to hosts that an attacker chose.
 */
const HTTP_HOSTS = /(^|\.)whatsapp\.net$|^web\.whatsapp\.com$|\.example$/;

/**
 * Redirects HTTP requests for these hosts to a WhatsApp server for tests: those of fetch(), which Baileys uses, and of
 * `https.request(url, options)`, which the service uses. `x-requested-host` is the original host.
 *
 * @param {string} mediaUrl
 * @returns {() => void} reverts the redirection
 */
export function redirectFetch(mediaUrl) {
  const restoreRequest = redirectRequest(mediaUrl);
  const { fetch } = globalThis;
  globalThis.fetch = (input, init) => {
    const requested = new URL(input instanceof Request ? input.url : input);
    if (!HTTP_HOSTS.test(requested.hostname)) return fetch(input, init);
    const instead = new URL(requested.pathname + requested.search, mediaUrl);
    const headers = new Headers(init?.headers ?? (input instanceof Request ? input.headers : undefined));
    headers.set('x-requested-host', requested.hostname);
    return fetch(input instanceof Request ? new Request(instead, input) : instead, { ...init, headers });
  };
  return () => {
    globalThis.fetch = fetch;
    restoreRequest();
  };
}

/** An agent, such as that of a proxy, is used for the redirected request as well. */
function redirectRequest(mediaUrl) {
  const { request } = https;
  https.request = (target, ...rest) => {
    const [options = {}] = rest;
    if (!(target instanceof URL) || !HTTP_HOSTS.test(target.hostname)) return request(target, ...rest);
    const { agent } = options;
    if (agent) agent.protocol = 'http:';
    const headers = { ...options.headers, 'x-requested-host': target.hostname };
    return http.request(new URL(target.pathname + target.search, mediaUrl), { ...options, headers });
  };
  syncBuiltinESMExports();
  return () => {
    https.request = request;
    syncBuiltinESMExports();
  };
}
