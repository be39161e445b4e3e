import { pipeline } from 'node:stream/promises';
import { createInflate } from 'node:zlib';
import type { Call, Job } from '../reading/reader-protocol.js';
import { InputRefused } from '../wire/input-refused.js';
import { downloadMedia, type MediaReference } from '../wire/media-file.js';
import { HistoryReader } from './history-reader.js';

/** A part of the history, in the announcement itself or in a file. Both are deflated. */
export interface HistoryInput {
  inline: Buffer | null;
  file: MediaReference;
  /** URL of the proxy for the file, with credentials; null connects directly. */
  proxy: string | null;
}

/** Handler that a history job calls with `HistoryNames`, a batch at a time. */
export const SAVE_NAMES = 'save';

/** Number of entries passed on and written at once. */
const BATCH_SIZE = 2_000;
/** Accounts have a few thousand chats. */
const MAX_ENTRIES = 200_000;
const MAX_INFLATED_BYTES = 512 * 1024 * 1024;

/**
 * Reads one part of the history, and passes on its names in batches.
 * @throws InputRefused, MediaUnavailable; names that were passed on before that are valid
 */
export const readHistory: Job<HistoryInput, { entries: number }> = async (input, call, limits) => {
  const { inline, file, proxy } = input;
  const { maxFileBytes: maxBytes, maxInflatedBytes = MAX_INFLATED_BYTES } = limits ?? {};
  const deflated = inline ? [inline] : await downloadMedia(file, 'md-msg-hist', { proxy, maxBytes });
  const reader = new HistoryReader();
  const state = { entries: 0, inflatedBytes: 0 };
  try {
    await pipeline(deflated, createInflate(), async (inflated: AsyncIterable<Buffer>) => {
      for await (const chunk of inflated) {
        state.inflatedBytes += chunk.length;
        if (state.inflatedBytes > maxInflatedBytes)
          throw new InputRefused(`A part of the history has more than ${maxInflatedBytes} bytes`);
        reader.push(chunk);
        if (reader.size >= BATCH_SIZE) await passOn(reader, state, call);
      }
    });
  } catch (cause) {
    throw isZlibError(cause)
      ? new InputRefused('A part of the history cannot be inflated', { cause })
      : cause;
  }
  reader.end();
  await passOn(reader, state, call);
  return { entries: state.entries };
};

async function passOn(reader: HistoryReader, state: { entries: number }, call: Call): Promise<void> {
  state.entries += reader.size;
  if (reader.size > 0) await call(SAVE_NAMES, reader.take());
  if (state.entries > MAX_ENTRIES)
    throw new InputRefused(`A part of the history names more than ${MAX_ENTRIES} contacts`);
}

function isZlibError(error: unknown): boolean {
  return String((error as { code?: unknown }).code).startsWith('Z_');
}
