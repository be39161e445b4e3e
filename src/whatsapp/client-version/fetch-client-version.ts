import type { IncomingMessage } from 'node:http';
import { httpGet } from '../../kernel/network/http-get.js';
import type { ProxyUrl } from '../../kernel/network/proxy-url.js';
import type { ClientVersion } from '../../sessions/client-version.js';

export const SERVICE_WORKER_URL = new URL('https://web.whatsapp.com/sw.js');
const OK = 200;
export const FETCH_TIMEOUT_MS = 5_000;
/** Limit in characters; the version is near the beginning of the script. */
const MAX_CHARACTERS = 2_000_000;
/** The site refuses requests that do not look like a browser's (Baileys, `fetchLatestWaWebVersion`). */
const BROWSER_HEADERS = {
  'sec-fetch-site': 'none',
  'user-agent':
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/148.0.0.0 Safari/537.36',
};
/** Includes the character after the number, because the number may arrive in two pieces. */
const REVISION = /\\?"client_revision\\?":\s{0,9}(\d{1,10})\D/;
const LONGEST_MATCH = 100;
/** WhatsApp Web has had these numbers since 2024; a revision identifies a version. */
const [MAJOR, MINOR] = [2, 3000];
/** Postgres `integer`; revisions increase by about 0.4 million a month. */
const MAX_REVISION = 2 ** 31 - 1;

/**
 * Fetches WhatsApp's current version of WhatsApp Web from its service worker script, as Baileys does. Unlike Baileys,
 * it does not follow redirects, reads up to 2 million characters, and stops at the version.
 *
 * @param proxy null connects directly
 * @throws Error if the site does not respond with a version within 5 s
 */
export async function fetchClientVersion(proxy: ProxyUrl | null): Promise<ClientVersion> {
  const response = await httpGet(SERVICE_WORKER_URL, {
    headers: BROWSER_HEADERS,
    proxy,
    signal: AbortSignal.timeout(FETCH_TIMEOUT_MS),
  });
  if (response.statusCode !== OK) {
    response.destroy();
    throw new Error(`web.whatsapp.com returned HTTP ${response.statusCode}`);
  }
  return [MAJOR, MINOR, await readRevision(response)];
}

/** Leaving the loop cancels the download. */
async function readRevision(response: IncomingMessage): Promise<number> {
  let [text, read] = ['', 0];
  for await (const chunk of response.setEncoding('utf8') as AsyncIterable<string>) {
    text += chunk;
    const revision = Number(REVISION.exec(text)?.[1]);
    if (revision > MAX_REVISION) throw new Error('web.whatsapp.com returned an invalid version');
    if (revision > 0) return revision;
    read += chunk.length;
    if (read > MAX_CHARACTERS) break;
    text = text.slice(-LONGEST_MATCH);
  }
  throw new Error('web.whatsapp.com returned a script without a version');
}
