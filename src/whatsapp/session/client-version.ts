import { DEFAULT_CONNECTION_CONFIG, fetchLatestWaWebVersion, type WAVersion } from '@whiskeysockets/baileys';

const FETCH_TIMEOUT_MS = 10_000;

/**
 * The version of WhatsApp Web that this service says it is: the one that Baileys was released with, until WhatsApp
 * refuses it (405). It is then taken from web.whatsapp.com, as whatsmeow's users do; a refused version has made
 * services of this kind stand still until somebody rebuilt them.
 */
export class ClientVersion {
  private version: WAVersion = DEFAULT_CONNECTION_CONFIG.version;

  get current(): WAVersion {
    return this.version;
  }

  /** @returns whether there is a newer one, which is then the current one */
  async update(): Promise<boolean> {
    const { version, isLatest } = await fetchLatestWaWebVersion({
      signal: AbortSignal.timeout(FETCH_TIMEOUT_MS),
    });
    const isNewer = isLatest && version[2] > this.version[2];
    if (isNewer) this.version = version;
    return isNewer;
  }
}
