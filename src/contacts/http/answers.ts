import type { Response } from 'express';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** Tells whether the first sync after linking is complete; until then contacts may be missing. */
const SYNC_HEADER = 'Contacts-Sync';

/** A reader of a stream who takes nothing for this long is cut off: he holds a database connection. */
const STALLED_READER_MS = 60_000;

export function setSyncHeader(response: Response, synced: boolean): void {
  response.setHeader(SYNC_HEADER, synced ? 'complete' : 'partial');
}

/**
 * The first part is awaited before anything is sent, so that a fault until then is still answered as an error. After
 * it none can be any more: the connection is cut, so that it is seen.
 */
export async function sendStream(
  response: Response,
  contentType: string,
  parts: AsyncIterable<string | Buffer>,
): Promise<void> {
  const iterator = parts[Symbol.asyncIterator]();
  const first = await iterator.next();
  async function* all() {
    try {
      if (!first.done) yield first.value;
      yield* { [Symbol.asyncIterator]: () => iterator };
    } finally {
      await iterator.return?.();
    }
  }
  response.setHeader('Content-Type', contentType);
  response.setTimeout(STALLED_READER_MS, () => response.destroy());
  try {
    await pipeline(Readable.from(all()), response);
  } catch {
    response.destroy();
  }
}
