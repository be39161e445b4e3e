import { InputRefused } from '../wire/input-refused.js';
import { MediaUnavailable } from '../wire/media-unavailable.js';
import type { FromReader } from './reader-protocol.js';

/** A read was ended because it took too much memory or processor time, or its process died. */
export class ReadNotEnded extends Error {
  override readonly name = 'ReadNotEnded';
}

/** An error of a reader process as it is sent to the session thread. */
export function toMessage(error: unknown): FromReader {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  return { kind: 'failed', name, message, isGone: error instanceof MediaUnavailable && error.isGone };
}

/** The error that a reader process has sent; errors of no known class are faults of the input. */
export function fromMessage({ name, message, isGone }: Extract<FromReader, { kind: 'failed' }>): Error {
  if (name !== 'MediaUnavailable') return new InputRefused(message);
  return Object.assign(new MediaUnavailable(message), { isGone });
}
