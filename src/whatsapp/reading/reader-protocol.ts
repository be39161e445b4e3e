/** What reader processes read; worker/reader-process.ts has the code of each. */
export type JobName = 'history' | 'collection';

/** Calls a handler of the session thread, and resolves to what it returns. Calls made one after the other are backpressure. */
export type Call = (method: string, argument: unknown) => Promise<unknown>;

/** Reads one input in a reader process. Inputs, arguments and results are structured clones, Buffers included. */
export type Job<Input, Result> = (input: Input, call: Call) => Promise<Result>;

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
