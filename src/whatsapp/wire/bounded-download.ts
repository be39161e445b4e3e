import { InputRefused } from './input-refused.js';
import { MediaUnavailable } from './media-unavailable.js';

/** How much a download may take. */
export interface DownloadLimits {
  maxBytes: number;
  /** Until the last byte. */
  totalMs: number;
  /** Without a byte. */
  idleMs: number;
}

const GONE_STATUSES = new Set([404, 410]);
/** `DEFAULT_ORIGIN` in Baileys. */
const ORIGIN = 'https://web.whatsapp.com';

/**
 * Downloads a file, counting its bytes as they arrive. Redirects are refused.
 * @returns its bytes in the pieces in which they arrived
 * @throws InputRefused when the file is larger than the limit
 * @throws MediaUnavailable when it cannot be downloaded, or not in time
 */
export async function downloadBounded(url: URL, limits: DownloadLimits): Promise<Buffer[]> {
  const patience = new Patience(limits);
  try {
    const response = await fetch(url, {
      headers: { Origin: ORIGIN },
      redirect: 'error',
      signal: patience.signal,
    });
    if (!response.ok) throw unavailable(response.status);
    const announced = Number(response.headers.get('content-length') ?? 0);
    if (announced > limits.maxBytes) throw tooLarge(limits);
    return await readBounded(response, limits, patience);
  } catch (cause) {
    patience.abort();
    if (cause instanceof MediaUnavailable || cause instanceof InputRefused) throw cause;
    throw new MediaUnavailable(`Failed to download a media file: ${(cause as Error).message}`, { cause });
  } finally {
    patience.end();
  }
}

async function readBounded(
  response: Response,
  limits: DownloadLimits,
  patience: Patience,
): Promise<Buffer[]> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    patience.renew();
    length += chunk.length;
    if (length > limits.maxBytes) throw tooLarge(limits);
    chunks.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length));
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

/** Aborts a download that takes too long, in all or between two pieces. */
class Patience {
  private readonly controller = new AbortController();
  private readonly total: NodeJS.Timeout;
  private readonly idle: NodeJS.Timeout;

  constructor({ totalMs, idleMs }: DownloadLimits) {
    const expire = () => this.controller.abort(new Error('timeout'));
    this.total = setTimeout(expire, totalMs);
    this.idle = setTimeout(expire, idleMs);
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  renew(): void {
    this.idle.refresh();
  }

  abort(): void {
    this.controller.abort();
  }

  end(): void {
    clearTimeout(this.total);
    clearTimeout(this.idle);
  }
}
