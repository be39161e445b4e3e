/** Kinds of input for reader processes; worker/reader-process.ts contains the code of each. */
export type JobName = 'history' | 'collection';

/**
 * Calls a handler of the session thread, and resolves to its result. Awaiting each call before the next provides
 * backpressure.
 */
export type Call = (method: string, argument: unknown) => Promise<unknown>;

/** Limits of an input that is read in the session thread; see ReaderPool. */
export interface ReadLimits {
  maxFileBytes: number;
  maxInflatedBytes: number;
}

/**
 * Reads one input, in a reader process or within the limits. Inputs, arguments and results are structured clones,
 * Buffers included.
 * @throws InputRefused if the input exceeds the limits
 */
export type Job<Input, Result> = (input: Input, call: Call, limits?: ReadLimits) => Promise<Result>;

/** Sent to a reader process. */
export type ToReader =
  { kind: 'start'; job: JobName; input: unknown } | { kind: 'answer'; id: number; value: unknown };

/** Sent by a reader process. */
export type FromReader =
  | { kind: 'alive'; cpuMs: number; residentMb: number }
  | { kind: 'call'; id: number; method: string; argument: unknown }
  | { kind: 'done'; result: unknown }
  | { kind: 'failed'; name: string; message: string; isGone: boolean };

/** How often a reader process reports that it is alive, in milliseconds. */
export const ALIVE_EVERY_MS = 200;
