import { getProxyForUrl } from 'proxy-from-env';
import { ProxyUrl } from './proxy-url.js';

/** Determines the proxy of outgoing connections. */
export interface OutgoingProxies {
  /** @returns null if the connection is direct */
  for(url: URL): ProxyUrl | null;
}

/**
 * The proxies in the environment: HTTPS_PROXY or HTTP_PROXY by the scheme of the URL, otherwise ALL_PROXY, unless
 * NO_PROXY contains the host. Lower-case names take precedence.
 */
export const environmentProxies: OutgoingProxies = {
  for(url) {
    const text = getProxyForUrl(url.href);
    return text ? ProxyUrl.require(text) : null;
  },
};
