import { httpGet } from '../../kernel/network/http-get.js';
import { ProxyUrl } from '../../kernel/network/proxy-url.js';
import { InputRefused } from './input-refused.js';
import { MediaUnavailable } from './media-unavailable.js';

/** Limits of a download. */
export interface DownloadLimits {
  maxBytes: number;
  /** Time until the last byte. */
  totalMs: number;
  /** Time without a byte. */
  idleMs: number;
}

/** A file on a media server. */
export interface Download {
  url: URL;
  /** URL of the proxy, with credentials; null connects directly. A text, because reader processes receive it. */
  proxy: string | null;
}

const OK = 200;
const GONE_STATUSES = new Set([404, 410]);
/** `DEFAULT_ORIGIN` in Baileys. */
const ORIGIN = 'https://web.whatsapp.com';

/**
 * Downloads a file, counting its bytes as they arrive. Redirects are rejected.
 * @returns its bytes, in chunks as received
 * @throws InputRefused if the file is larger than the limit
 * @throws MediaUnavailable if it cannot be downloaded in time
 */
export async function downloadBounded({ url, proxy }: Download, limits: DownloadLimits): Promise<Buffer[]> {
  const controller = new AbortController();
  const expire = () => controller.abort(new Error('timeout'));
  const total = setTimeout(expire, limits.totalMs);
  const idle = setTimeout(expire, limits.idleMs);
  try {
    const response = await httpGet(url, {
      headers: { Origin: ORIGIN },
      proxy: proxy === null ? null : ProxyUrl.require(proxy),
      signal: controller.signal,
    });
    if (response.statusCode !== OK) throw unavailable(response.statusCode ?? 0);
    const announced = Number(response.headers['content-length'] ?? 0);
    if (announced > limits.maxBytes) throw tooLarge(limits);
    return await readBounded(response, limits, () => idle.refresh());
  } catch (cause) {
    controller.abort();
    if (cause instanceof MediaUnavailable || cause instanceof InputRefused) throw cause;
    throw new MediaUnavailable(`Failed to download a media file: ${(cause as Error).message}`, { cause });
  } finally {
    clearTimeout(total);
    clearTimeout(idle);
  }
}

async function readBounded(
  body: AsyncIterable<Buffer>,
  limits: DownloadLimits,
  received: () => void,
): Promise<Buffer[]> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    received();
    length += chunk.length;
    if (length > limits.maxBytes) throw tooLarge(limits);
    chunks.push(chunk);
  }
  return chunks;
}

function unavailable(status: number): MediaUnavailable {
  const error = new MediaUnavailable(`The media server responded with status ${status}`);
  error.isGone = GONE_STATUSES.has(status);
  return error;
}

function tooLarge({ maxBytes }: DownloadLimits): InputRefused {
  return new InputRefused(`A media file has more than ${maxBytes} bytes`);
}
