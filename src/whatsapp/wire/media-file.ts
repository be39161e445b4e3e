import { DEFAULT_ORIGIN, getMediaKeys, getUrlFromDirectPath } from '@whiskeysockets/baileys';
import { createDecipheriv, createHmac, timingSafeEqual } from 'node:crypto';

/** Where a file of app state or history lies, and its key: `ExternalBlobReference`, `HistorySyncNotification`. */
export interface MediaReference {
  directPath?: string | null;
  mediaKey?: Uint8Array | null;
}

/** The media server did not give the file, or gave another. */
export class MediaUnavailable extends Error {
  /** Files are kept for some days; after that only who has uploaded it can help. */
  isGone = false;
}

const GONE_STATUSES = new Set([404, 410]);

/** A host that has not given the whole file by then counts as failing; fetch itself would wait for 5 minutes. */
const TIMEOUT_MS = 60_000;
const MAC_BYTES = 10;

/**
 * Downloads a file, checks its MAC and decrypts it.
 *
 * Baileys' own download (7.0.0-rc14, `downloadEncryptedContent`) pipes one stream into another without passing on
 * errors: a connection that is cut halfway would end the whole thread as an uncaught error.
 * @throws MediaUnavailable
 */
export async function downloadMedia(
  file: MediaReference,
  type: 'md-app-state' | 'md-msg-hist',
): Promise<Buffer> {
  if (!file.directPath || !file.mediaKey?.length)
    throw new MediaUnavailable('A file is named without path or key');
  const encrypted = await fetchFile(getUrlFromDirectPath(file.directPath));
  const { iv, cipherKey, macKey } = await getMediaKeys(file.mediaKey, type);
  const ciphertext = encrypted.subarray(0, -MAC_BYTES);
  const mac = createHmac('sha256', macKey ?? '')
    .update(iv)
    .update(ciphertext)
    .digest()
    .subarray(0, MAC_BYTES);
  if (encrypted.length <= MAC_BYTES || !timingSafeEqual(mac, encrypted.subarray(-MAC_BYTES))) {
    throw new MediaUnavailable('The media server gave a file that was changed or cut');
  }
  const decipher = createDecipheriv('aes-256-cbc', cipherKey, iv);
  return Buffer.concat([decipher.update(ciphertext), decipher.final()]);
}

async function fetchFile(url: string): Promise<Buffer> {
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await fetch(url, { headers: { Origin: DEFAULT_ORIGIN }, signal });
    if (!response.ok) {
      const error = new MediaUnavailable(`The media server answered ${response.status}`);
      error.isGone = GONE_STATUSES.has(response.status);
      throw error;
    }
    return Buffer.from(await response.arrayBuffer());
  } catch (cause) {
    if (cause instanceof MediaUnavailable) throw cause;
    throw new MediaUnavailable(`The media server did not give a file: ${(cause as Error).message}`, {
      cause,
    });
  }
}
