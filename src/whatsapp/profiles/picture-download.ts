import { setTimeout as sleep } from 'node:timers/promises';
import { sniffImageType } from '../../contacts/write/image-type.js';
import { httpGet } from '../../kernel/network/http-get.js';
import type { OutgoingProxies } from '../../kernel/network/outgoing-proxies.js';
import { InputRefused } from '../wire/input-refused.js';
import { requireMediaHost } from '../wire/media-hosts.js';

/** Previews have a few kB, full-size pictures a few hundred. */
const MAX_PICTURE_BYTES = 2 * 1024 * 1024;
const OK = 200;
const TIMEOUT_MS = 10_000;
const RETRY_DELAYS_MS = [250, 1_000];

/**
 * Downloads a picture, with retries if the media server fails.
 *
 * @throws Error if it is unavailable, too large, or not an image
 */
export async function downloadPicture(
  url: string,
  proxies: OutgoingProxies,
  stop: AbortSignal,
): Promise<Buffer> {
  for (const delayMs of RETRY_DELAYS_MS) {
    try {
      return await downloadOnce(url, proxies, stop);
    } catch (error) {
      if (stop.aborted || error instanceof InputRefused) throw error;
      await sleep(delayMs, undefined, { signal: stop });
    }
  }
  return downloadOnce(url, proxies, stop);
}

async function downloadOnce(text: string, proxies: OutgoingProxies, stop: AbortSignal): Promise<Buffer> {
  const url = requireMediaHost(text);
  const signal = AbortSignal.any([stop, AbortSignal.timeout(TIMEOUT_MS)]);
  const response = await httpGet(url, { proxy: proxies.for(url), signal });
  if (response.statusCode !== OK) {
    response.destroy();
    throw new Error(`The media server responded with status ${response.statusCode}`);
  }
  const bytes = await readLimited(response);
  if (!sniffImageType(bytes)) throw new Error('The media server response is not an image');
  return bytes;
}

async function readLimited(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > MAX_PICTURE_BYTES) throw new Error(`The picture is larger than ${MAX_PICTURE_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
