import type { IncomingMessage, ServerResponse } from 'node:http';
import { DEFAULT_CONNECTION_CONFIG, type proto, type WAVersion } from '@whiskeysockets/baileys';

/** Path of the script that contains the version of WhatsApp Web. */
export const SERVICE_WORKER_PATH = '/sw.js';

/** Last number of the version bundled with Baileys. */
export const BUNDLED_REVISION: number = DEFAULT_CONNECTION_CONFIG.version[2];
/** About one month of WhatsApp Web releases. */
const RELEASED_SINCE = 1_400_000;

/** Error for outdated clients: `<failure reason>` or `<stream:error code>`. Both were reported. */
export interface Refusal {
  readonly as: 'failure' | 'stream:error';
  readonly code: 405 | 409;
}

/** Announcement that a version will be rejected. */
export interface Expiration {
  /** newest revision that it applies to */
  readonly revision: number;
  /** null withdraws an earlier announcement */
  readonly at: Date | null;
}

/**
 * `https://web.whatsapp.com`: the newest client version, and the handling of outdated ones. A version is identified by
 * its last number, the revision.
 *
 * By default, as on the real network in November 2026, phones refuse to link the version bundled with Baileys, while
 * devices that are already linked can keep using it (Baileys #2679, ha-whatsapp #106).
 */
export class WebSite {
  /** the revision that `sw.js` contains */
  newestRevision = BUNDLED_REVISION + RELEASED_SINCE;
  /** phones do not link older clients ("Couldn't link device"), and do not notify them */
  oldestLinkableRevision = BUNDLED_REVISION + 1;
  /** older clients are rejected, linked or not */
  oldestAcceptedRevision = 0;
  refusal: Refusal = { as: 'failure', code: 405 };
  /** announcement for each client of this revision or an older one when it logs in */
  expiration: Expiration | null = null;
  /** response to return instead of `sw.js` */
  outage: ((response: ServerResponse) => void) | null = null;
  /** number of requests for `sw.js` */
  requests = 0;

  /** Version that an up-to-date client reports. */
  get newestVersion(): WAVersion {
    return [2, 3000, this.newestRevision];
  }

  isOutdated(client: proto.ClientPayload): boolean {
    return revisionOf(client) < this.oldestAcceptedRevision;
  }

  isLinkable(revision: number): boolean {
    return revision >= this.oldestLinkableRevision;
  }

  /** Serves `sw.js` to browsers only, as the real site does (`fetchLatestWaWebVersion` in Baileys). */
  serve(request: IncomingMessage, response: ServerResponse): void {
    this.requests += 1;
    if (this.outage) return this.outage(response);
    const isBrowser =
      request.headers['sec-fetch-site'] === 'none' && /Chrome/.test(request.headers['user-agent'] ?? '');
    if (!isBrowser) return void response.writeHead(400).end();
    response.writeHead(200, { 'content-type': 'text/javascript' });
    const revision = this.newestRevision;
    const site = `{\\"server_revision\\":${revision},\\"client_revision\\":${revision}}`;
    const data = `{\\"dynamic_data\\":{\\"SiteData\\":${site}}}`;
    response.end(`self.__swData=JSON.parse(/*BTDS*/"${data}");`);
  }
}

/** Returns the revision that a client reports when it logs in or registers. */
export function revisionOf({ userAgent }: proto.ClientPayload): number {
  return userAgent?.appVersion?.tertiary ?? 0;
}
