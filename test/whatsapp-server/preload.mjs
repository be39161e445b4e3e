import { basename } from 'node:path';
import { redirectFetch } from './redirect-fetch.mjs';

/**
 * Points Baileys at a WhatsApp server for tests: socket URL, root certificate, and what it fetches over HTTP from
 * WhatsApp's hosts. Nothing else is touched.
 *
 * @param {{ url: string, rootKey: string, mediaUrl: string }} server
 * @returns {Promise<() => void>} puts everything back
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

/** The service's reader processes download and never load Baileys, and their memory is measured. */
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
