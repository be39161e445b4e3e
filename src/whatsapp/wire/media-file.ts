import { createDecipheriv, createHash, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { downloadBounded } from './bounded-download.js';
import { InputRefused } from './input-refused.js';
import { mediaUrl } from './media-hosts.js';
import { MediaUnavailable } from './media-unavailable.js';

/**
 * Location and key of an app-state or history file: fields of `ExternalBlobReference` and `HistorySyncNotification`.
 */
export interface MediaReference {
  directPath?: string | null;
  mediaKey?: Uint8Array | null;
  /** SHA-256 of the encrypted file on the media server. */
  fileEncSha256?: Uint8Array | null;
  /** Size before encryption, as announced. */
  bytes?: number;
}

export interface MediaOptions {
  /** URL of the proxy, with credentials; null connects directly. */
  proxy: string | null;
  /** The default is enough for all files that WhatsApp is known to send. */
  maxBytes?: number;
}

/** `MEDIA_HKDF_KEY_MAPPING` in Baileys. */
const KEY_INFO = {
  'md-app-state': 'WhatsApp App State Keys',
  'md-msg-hist': 'WhatsApp History Keys',
} as const;

/** A snapshot of 100,000 contacts has 20 MB; parts of a history have a few MB. */
const LIMITS = { maxBytes: 48 * 1024 * 1024, totalMs: 60_000, idleMs: 15_000 };
const MAC_BYTES = 10;
const SHA256_BYTES = 32;

/**
 * Downloads a file into memory, verifies its MAC, then decrypts it chunk by chunk.
 *
 * Baileys' own download (7.0.0-rc14, `downloadEncryptedContent`) has no limits, does not verify the MAC, and pipes one
 * stream into another without passing on errors.
 * @throws InputRefused if the file is too large, on a foreign host, or differs from the announced one
 * @throws MediaUnavailable if it cannot be downloaded, or was corrupted in transit
 */
export async function downloadMedia(
  file: MediaReference,
  type: keyof typeof KEY_INFO,
  { proxy, maxBytes = LIMITS.maxBytes }: MediaOptions,
): Promise<AsyncIterable<Buffer>> {
  if (!file.directPath || !file.mediaKey?.length)
    throw new InputRefused('A media file was announced without a path or key');
  const { iv, cipherKey, macKey } = expandMediaKey(file.mediaKey, KEY_INFO[type]);
  const encrypted = await downloadBounded({ url: mediaUrl(file.directPath), proxy }, { ...LIMITS, maxBytes });
  const announced = file.fileEncSha256;
  const digest = await digestOf(encrypted);
  const mac = takeTail(encrypted, MAC_BYTES);
  const expected = await macOf(encrypted, iv, macKey);
  if (mac.length < MAC_BYTES || !timingSafeEqual(mac, expected))
    throw new MediaUnavailable('The media server returned a corrupted or incomplete file');
  if (announced?.length === SHA256_BYTES && !digest.equals(announced))
    throw new InputRefused('A media file differs from the announced one');
  return decrypt(encrypted, cipherKey, iv);
}

/** Source: `getMediaKeys` in Baileys. */
function expandMediaKey(mediaKey: Uint8Array, info: string) {
  const expanded = Buffer.from(hkdfSync('sha256', mediaKey, Buffer.alloc(0), info, 112));
  return {
    iv: expanded.subarray(0, 16),
    cipherKey: expanded.subarray(16, 48),
    macKey: expanded.subarray(48, 80),
  };
}

async function digestOf(chunks: Buffer[]): Promise<Buffer> {
  const hash = createHash('sha256');
  for (const chunk of chunks) {
    hash.update(chunk);
    await nextTurn();
  }
  return hash.digest();
}

async function macOf(chunks: Buffer[], iv: Buffer, macKey: Buffer): Promise<Buffer> {
  const hmac = createHmac('sha256', macKey).update(iv);
  for (const chunk of chunks) {
    hmac.update(chunk);
    await nextTurn();
  }
  return hmac.digest().subarray(0, MAC_BYTES);
}

/** Removes the last bytes from the chunks and returns them; fewer if there are not enough. */
function takeTail(chunks: Buffer[], length: number): Buffer {
  let tail = Buffer.alloc(0);
  while (tail.length < length) {
    const last = chunks.pop();
    if (!last) return tail;
    const cut = Math.max(0, last.length - (length - tail.length));
    tail = Buffer.concat([last.subarray(cut), tail]);
    if (cut > 0) chunks.push(last.subarray(0, cut));
  }
  return tail;
}

/** Releases each chunk as soon as it is decrypted. */
async function* decrypt(chunks: Buffer[], key: Buffer, iv: Buffer): AsyncGenerator<Buffer> {
  const decipher = createDecipheriv('aes-256-cbc', key, iv);
  chunks.reverse();
  try {
    for (let chunk = chunks.pop(); chunk; chunk = chunks.pop()) yield decipher.update(chunk);
    yield decipher.final();
  } catch (cause) {
    throw new InputRefused('A media file cannot be decrypted', { cause });
  }
}
