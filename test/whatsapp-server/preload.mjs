import { DEFAULT_CONNECTION_CONFIG, WA_CERT_DETAILS } from '@whiskeysockets/baileys';

/** Media downloads, and the web site that tells the newest version of the client. */
const HTTP_HOSTS = /(^|\.)whatsapp\.net$|^web\.whatsapp\.com$/;

/**
 * Points Baileys at a WhatsApp server for tests: socket URL, root certificate, and what it fetches over HTTP from
 * WhatsApp's hosts. Nothing else is touched.
 *
 * @param {{ url: string, rootKey: string, mediaUrl: string }} server
 * @returns {() => void} puts everything back
 */
export function attach({ url, rootKey, mediaUrl }) {
  const before = {
    url: DEFAULT_CONNECTION_CONFIG.waWebSocketUrl,
    rootKey: WA_CERT_DETAILS.PUBLIC_KEY,
    fetch: globalThis.fetch,
  };
  DEFAULT_CONNECTION_CONFIG.waWebSocketUrl = url;
  WA_CERT_DETAILS.PUBLIC_KEY = Buffer.from(rootKey, 'hex');
  globalThis.fetch = (input, init) => {
    const asked = new URL(input instanceof Request ? input.url : input);
    if (!HTTP_HOSTS.test(asked.hostname)) return before.fetch(input, init);
    const instead = new URL(asked.pathname + asked.search, mediaUrl);
    return before.fetch(input instanceof Request ? new Request(instead, input) : instead, init);
  };
  return () => {
    DEFAULT_CONNECTION_CONFIG.waWebSocketUrl = before.url;
    WA_CERT_DETAILS.PUBLIC_KEY = before.rootKey;
    globalThis.fetch = before.fetch;
  };
}

const { WHATSAPP_SERVER_URL, WHATSAPP_SERVER_ROOT_KEY, WHATSAPP_SERVER_MEDIA_URL } = process.env;
if (WHATSAPP_SERVER_URL && WHATSAPP_SERVER_ROOT_KEY && WHATSAPP_SERVER_MEDIA_URL) {
  attach({
    url: WHATSAPP_SERVER_URL,
    rootKey: WHATSAPP_SERVER_ROOT_KEY,
    mediaUrl: WHATSAPP_SERVER_MEDIA_URL,
  });
}
