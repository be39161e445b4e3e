import { InputRefused } from '../wire/input-refused.js';
import { MediaUnavailable } from '../wire/media-unavailable.js';
import type { FromReader } from './reader-protocol.js';

/** A read was terminated because it used too much memory or CPU time, or its process exited. */
export class ReadNotEnded extends Error {
  override readonly name = 'ReadNotEnded';
}

/** A serialized error of a reader process, sent to the session thread. */
export function toMessage(error: unknown): FromReader {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  return { kind: 'failed', name, message, isGone: error instanceof MediaUnavailable && error.isGone };
}

/** Restores an error sent by a reader process. Unknown classes are attributed to the input. */
export function fromMessage({ name, message, isGone }: Extract<FromReader, { kind: 'failed' }>): Error {
  if (name !== 'MediaUnavailable') return new InputRefused(message);
  return Object.assign(new MediaUnavailable(message), { isGone });
}
