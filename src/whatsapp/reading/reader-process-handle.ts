import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { environmentWithoutSecrets } from '../../config/child-environment.js';
import { fromMessage, ReadNotEnded } from './reader-errors.js';
import type { FromReader, JobName, ToReader } from './reader-protocol.js';

/** A read that waits for its result: what is read, and what the reader may call. */
export interface ReadRequest {
  job: JobName;
  input: unknown;
  /** One that rejects ends the read, which rejects with the same error. */
  handlers: Record<string, (argument: never) => Promise<unknown>>;
}

const ENTRY = fileURLToPath(new URL('../worker/reader-process.js', import.meta.url));

/** A snapshot of 100,000 contacts takes 156 MB at the peak. */
const MAX_HEAP_MB = 112;
const MAX_RESIDENT_MB = 192;
/** As for the service itself (`npm start`): little room for garbage. */
const FLAGS = ['--max-semi-space-size=4', '--v8-pool-size=1', '--heap-growing-percent=50'];
const MAX_CPU_MS = 40_000;
const MAX_TOTAL_MS = 10 * 60_000;
const CHECK_EVERY_MS = 1_000;
/** Counted instead of timed, so that a machine that was asleep does not take its readers for hung. */
const MAX_SILENT_CHECKS = 30;

/**
 * One read in a process of its own, which ends with it. Memory that is not V8's cannot be limited in a thread, a thread that
 * runs out of memory can take the process along, and only an exited process returns all of its memory.
 */
export class ReaderProcess {
  private readonly child: ChildProcess;
  private readonly startedAtMs = performance.now();
  private silentChecks = 0;
  /** One that exits before that does so for another reason than its input. */
  private hasStarted = false;
  private readonly calls = new Set<Promise<void>>();
  private readonly outcome: Promise<unknown>;
  private resolve: (result: unknown) => void = () => {};
  private reject: (error: Error) => void = () => {};

  constructor(private readonly request: ReadRequest) {
    this.outcome = new Promise((resolve, reject) => ([this.resolve, this.reject] = [resolve, reject]));
    this.child = fork(ENTRY, {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      execArgv: [`--max-old-space-size=${MAX_HEAP_MB}`, ...FLAGS],
      env: environmentWithoutSecrets(),
    });
    this.child.on('message', (message) => this.receive(message as FromReader));
    this.child.on('error', (error) => this.end(error));
    this.child.on('exit', (code, signal) => {
      const message = `A reader process exited with ${signal ?? String(code)}`;
      this.end(this.hasStarted ? new ReadNotEnded(message) : new Error(message));
    });
    this.send({ kind: 'start', job: request.job, input: request.input });
  }

  /** For how long it has been running, in milliseconds. */
  get runningMs(): number {
    return performance.now() - this.startedAtMs;
  }

  /**
   * Resolves to the result, after the process was told to exit and every handler has settled.
   * @throws ReadNotEnded, InputRefused, MediaUnavailable, or what a handler throws
   */
  async result(): Promise<unknown> {
    const watch = setInterval(() => this.check(), CHECK_EVERY_MS);
    try {
      return await this.outcome;
    } finally {
      clearInterval(watch);
      this.child.kill('SIGKILL');
      await Promise.allSettled(this.calls);
    }
  }

  /** Ends the process; the result is this error. */
  end(error: Error): void {
    this.reject(error);
  }

  private check(): void {
    this.silentChecks += 1;
    if (this.silentChecks > MAX_SILENT_CHECKS) this.end(new ReadNotEnded('A reader process hangs'));
    if (this.runningMs > MAX_TOTAL_MS) this.end(new ReadNotEnded('A read took too long'));
  }

  private receive(message: FromReader): void {
    this.silentChecks = 0;
    this.hasStarted = true;
    if (message.kind === 'call') {
      const call = this.answer(message).finally(() => this.calls.delete(call));
      this.calls.add(call);
    } else if (message.kind === 'done') this.resolve(message.result);
    else if (message.kind === 'failed') this.reject(fromMessage(message));
    else if (message.cpuMs > MAX_CPU_MS) this.end(new ReadNotEnded('A read took too much processor time'));
    else if (message.residentMb > MAX_RESIDENT_MB) this.end(new ReadNotEnded('A read took too much memory'));
  }

  private async answer({ id, method, argument }: Extract<FromReader, { kind: 'call' }>): Promise<void> {
    try {
      const handler = this.request.handlers[method];
      if (!handler) throw new ReadNotEnded(`A reader process called the unknown handler ${method}`);
      this.send({ kind: 'answer', id, value: await handler(argument as never) });
    } catch (error) {
      this.end(error as Error);
    }
  }

  /** What cannot be sent, because the process is gone, its exit reports. */
  private send(message: ToReader): void {
    this.child.send(message, () => {});
  }
}
