import { setTimeout as sleep } from 'node:timers/promises';
import { sniffImageType } from '../../contacts/write/image-type.js';
import { InputRefused } from '../wire/input-refused.js';
import { requireMediaHost } from '../wire/media-hosts.js';

/** Previews have a few kB, full-size pictures a few hundred. */
const MAX_PICTURE_BYTES = 2 * 1024 * 1024;
const TIMEOUT_MS = 10_000;
const RETRY_DELAYS_MS = [250, 1_000];

/**
 * Downloads a picture, with retries if the media server fails.
 *
 * @throws Error if it is unavailable, too large, or not an image
 */
export async function downloadPicture(url: string, stop: AbortSignal): Promise<Buffer> {
  for (const delayMs of RETRY_DELAYS_MS) {
    try {
      return await downloadOnce(url, stop);
    } catch (error) {
      if (stop.aborted || error instanceof InputRefused) throw error;
      await sleep(delayMs, undefined, { signal: stop });
    }
  }
  return downloadOnce(url, stop);
}

async function downloadOnce(url: string, stop: AbortSignal): Promise<Buffer> {
  const signal = AbortSignal.any([stop, AbortSignal.timeout(TIMEOUT_MS)]);
  const response = await fetch(requireMediaHost(url), { signal, redirect: 'error' });
  if (!response.ok) {
    await response.body?.cancel();
    throw new Error(`The media server responded with status ${response.status}`);
  }
  const bytes = await readLimited(response);
  if (!sniffImageType(bytes)) throw new Error('The media server response is not an image');
  return bytes;
}

async function readLimited(response: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > MAX_PICTURE_BYTES) throw new Error(`The picture is larger than ${MAX_PICTURE_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
