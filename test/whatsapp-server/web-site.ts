import { DEFAULT_CONNECTION_CONFIG, type proto } from '@whiskeysockets/baileys';
import type { ServerResponse } from 'node:http';

/** The path of the script in which WhatsApp Web tells its version. */
export const SERVICE_WORKER_PATH = '/sw.js';

/** `https://web.whatsapp.com`: which versions of the client there are. A version is told by its last number, the revision. */
export class WebSite {
  /** what the web site says is the newest one */
  newestRevision: number = DEFAULT_CONNECTION_CONFIG.version[2];
  /** older clients are refused with 405 */
  oldestAcceptedRevision = 0;

  isOutdated({ userAgent }: proto.ClientPayload): boolean {
    return (userAgent?.appVersion?.tertiary ?? 0) < this.oldestAcceptedRevision;
  }

  serve(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/javascript' });
    response.end(`self.__config = JSON.parse("{\\"client_revision\\":${this.newestRevision}}");`);
  }
}
