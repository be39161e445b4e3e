import type { OutgoingProxies } from '../../kernel/network/outgoing-proxies.js';
import { InputRefused } from './input-refused.js';

/** Files of app state and history are on this host (`DEF_MEDIA_HOST` in Baileys). */
const MEDIA_HOST = 'mmg.whatsapp.net';

/** WhatsApp's media hosts: `mmg`, `pps` and `media-*.cdn`. */
const WHATSAPP_HOST = /^([a-z0-9-]+\.)+whatsapp\.net$/;

/**
 * Returns the URL of a file from the path that the phone or the server announced.
 * @throws InputRefused if it would point to a host that is not WhatsApp's
 */
export function mediaUrl(directPath: string): URL {
  if (!/^\/[^/\\]/.test(directPath)) throw new InputRefused('The path of a media file is not absolute');
  return requireMediaHost(`https://${MEDIA_HOST}${directPath}`);
}

/** Returns the URL of the proxy for files on MEDIA_HOST, with credentials, for a read in another process. */
export function mediaProxyOf(proxies: OutgoingProxies): string | null {
  return proxies.for(new URL(`https://${MEDIA_HOST}`))?.revealed() ?? null;
}

/**
 * Parses the URL of a media file.
 * @throws InputRefused unless it is an https URL on a WhatsApp host, without port and credentials
 */
export function requireMediaHost(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isPlain = url?.protocol === 'https:' && !url.port && !url.username && !url.password;
  if (!url || !isPlain || !WHATSAPP_HOST.test(url.hostname))
    throw new InputRefused('The URL of a media file does not point to a WhatsApp host');
  return url;
}
