import { setTimeout as sleep } from 'node:timers/promises';
import { sniffImageType } from '../../contacts/write/image-type.js';
import { InputRefused } from '../wire/input-refused.js';
import { requireMediaHost } from '../wire/media-hosts.js';

/** A preview has some kB, a picture in full size some hundred; more than this is none. */
const MAX_PICTURE_BYTES = 2 * 1024 * 1024;
const TIMEOUT_MS = 10_000;
const PAUSES_MS = [250, 1_000];

/**
 * Fetches a picture, trying again when the media server fails.
 * @throws Error when it cannot be had, is too large, or is no image
 */
export async function downloadPicture(url: string, stop: AbortSignal): Promise<Buffer> {
  for (const pauseMs of PAUSES_MS) {
    try {
      return await downloadOnce(url, stop);
    } catch (error) {
      if (stop.aborted || error instanceof InputRefused) throw error;
      await sleep(pauseMs, undefined, { signal: stop });
    }
  }
  return downloadOnce(url, stop);
}

async function downloadOnce(url: string, stop: AbortSignal): Promise<Buffer> {
  const signal = AbortSignal.any([stop, AbortSignal.timeout(TIMEOUT_MS)]);
  const response = await fetch(requireMediaHost(url), { signal, redirect: 'error' });
  if (!response.ok) {
    await response.body?.cancel();
    throw new Error(`The media server answered ${response.status}`);
  }
  const bytes = await readLimited(response);
  if (!sniffImageType(bytes)) throw new Error('Media server response is not an image');
  return bytes;
}

async function readLimited(response: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += (chunk as Uint8Array).length;
    if (length > MAX_PICTURE_BYTES) throw new Error(`The picture is larger than ${MAX_PICTURE_BYTES} bytes`);
    chunks.push(chunk as Uint8Array);
  }
  return Buffer.concat(chunks);
}
