import { basename } from 'node:path';
import { redirectFetch } from './redirect-fetch.mjs';

/**
 * Redirects Baileys to a WhatsApp server for tests: socket URL, root certificate, and HTTP requests to WhatsApp's
 * hosts. Nothing else is changed.
 *
 * @param {{ url: string, rootKey: string, mediaUrl: string }} server
 * @returns {Promise<() => void>} reverts the changes
 */
export async function attach({ url, rootKey, mediaUrl }) {
  const restoreFetch = redirectFetch(mediaUrl);
  const { DEFAULT_CONNECTION_CONFIG, WA_CERT_DETAILS } = await import('@whiskeysockets/baileys');
  const before = { url: DEFAULT_CONNECTION_CONFIG.waWebSocketUrl, rootKey: WA_CERT_DETAILS.PUBLIC_KEY };
  DEFAULT_CONNECTION_CONFIG.waWebSocketUrl = url;
  WA_CERT_DETAILS.PUBLIC_KEY = Buffer.from(rootKey, 'hex');
  return () => {
    DEFAULT_CONNECTION_CONFIG.waWebSocketUrl = before.url;
    WA_CERT_DETAILS.PUBLIC_KEY = before.rootKey;
    restoreFetch();
  };
}

/** Programs that fetch files without Baileys. Loading it would distort measurements of their memory usage. */
const WITHOUT_BAILEYS = new Set(['reader-process.js']);

const { WHATSAPP_SERVER_URL, WHATSAPP_SERVER_ROOT_KEY, WHATSAPP_SERVER_MEDIA_URL } = process.env;
if (WITHOUT_BAILEYS.has(basename(process.argv[1] ?? ''))) {
  if (WHATSAPP_SERVER_MEDIA_URL) redirectFetch(WHATSAPP_SERVER_MEDIA_URL);
} else if (WHATSAPP_SERVER_URL && WHATSAPP_SERVER_ROOT_KEY && WHATSAPP_SERVER_MEDIA_URL) {
  await attach({
    url: WHATSAPP_SERVER_URL,
    rootKey: WHATSAPP_SERVER_ROOT_KEY,
    mediaUrl: WHATSAPP_SERVER_MEDIA_URL,
  });
}
