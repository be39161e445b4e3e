import { DEFAULT_CONNECTION_CONFIG, type proto, type WAVersion } from '@whiskeysockets/baileys';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** The path of the script that contains the version of WhatsApp Web. */
export const SERVICE_WORKER_PATH = '/sw.js';

/** The last number of the version that Baileys ships with. */
export const BUNDLED_REVISION: number = DEFAULT_CONNECTION_CONFIG.version[2];
/** About a month of WhatsApp Web releases. */
const RELEASED_SINCE = 1_400_000;

/** An outdated client is refused with `<failure reason>` or with `<stream:error code>`; both were reported. */
export interface Refusal {
  readonly as: 'failure' | 'stream:error';
  readonly code: 405 | 409;
}

/** The announcement that a version will be refused. */
export interface Expiration {
  /** The newest revision that it applies to. */
  readonly revision: number;
  /** Null withdraws an earlier announcement. */
  readonly at: Date | null;
}

/**
 * `https://web.whatsapp.com`: which versions of the client exist, and how each of them is treated. The last number of a
 * version, its revision, identifies it.
 *
 * By default, as on the real network in November 2026, phones refuse to link the version that Baileys ships with, while
 * devices that are already linked can keep using it (Baileys #2679, ha-whatsapp #106).
 */
export class WebSite {
  /** the revision that `sw.js` contains */
  newestRevision = BUNDLED_REVISION + RELEASED_SINCE;
  /** phones do not link clients older than this: "Couldn't link device". The clients are not notified. */
  oldestLinkableRevision = BUNDLED_REVISION + 1;
  /** clients older than this are refused, linked or not */
  oldestAcceptedRevision = 0;
  refusal: Refusal = { as: 'failure', code: 405 };
  /** sent to each client of this revision or an older one when it logs in */
  expiration: Expiration | null = null;
  /** what `sw.js` is answered with instead */
  outage: ((response: ServerResponse) => void) | null = null;
  /** how often `sw.js` was requested */
  requests = 0;

  /** The version that a client would have to report to be current. */
  get newestVersion(): WAVersion {
    return [2, 3000, this.newestRevision];
  }

  isOutdated(client: proto.ClientPayload): boolean {
    return revisionOf(client) < this.oldestAcceptedRevision;
  }

  isLinkable(revision: number): boolean {
    return revision >= this.oldestLinkableRevision;
  }

  /** Refuses requests that do not look like a browser's, as the real site does (Baileys, `fetchLatestWaWebVersion`). */
  serve(request: IncomingMessage, response: ServerResponse): void {
    this.requests += 1;
    if (this.outage) return this.outage(response);
    const isBrowser =
      request.headers['sec-fetch-site'] === 'none' && /Chrome/.test(request.headers['user-agent'] ?? '');
    if (!isBrowser) return void response.writeHead(400).end();
    response.writeHead(200, { 'content-type': 'text/javascript' });
    const data = `{\\"dynamic_data\\":{\\"SiteData\\":{\\"server_revision\\":${this.newestRevision},\\"client_revision\\":${this.newestRevision}}}}`;
    response.end(`self.__swData=JSON.parse(/*BTDS*/"${data}");`);
  }
}

/** The revision that a client reports when it logs in or registers. */
export function revisionOf({ userAgent }: proto.ClientPayload): number {
  return userAgent?.appVersion?.tertiary ?? 0;
}
