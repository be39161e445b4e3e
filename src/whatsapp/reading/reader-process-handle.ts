import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { environmentWithoutSecrets } from '../../kernel/config/child-environment.js';
import { fromMessage, ReadNotEnded } from './reader-errors.js';
import type { FromReader, JobName, ToReader } from './reader-protocol.js';

/** A pending read: its input, and the handlers that the reader may call. */
export interface ReadRequest {
  job: JobName;
  input: unknown;
  /** If a handler rejects, the read is terminated and rejects with the same error. */
  handlers: Record<string, (argument: never) => Promise<unknown>>;
}

const ENTRY = fileURLToPath(new URL('../worker/reader-process.js', import.meta.url));

/** A snapshot of 100,000 contacts uses up to 156 MB. */
const MAX_HEAP_MB = 112;
const MAX_RESIDENT_MB = 192;
/** As for the service itself (`npm start`): limits memory used by garbage. */
const FLAGS = ['--max-semi-space-size=4', '--v8-pool-size=1', '--heap-growing-percent=50'];
const MAX_CPU_MS = 40_000;
const MAX_TOTAL_MS = 10 * 60_000;
const CHECK_EVERY_MS = 1_000;
/** Counted instead of timed, so that readers do not appear hung after the machine was suspended. */
const MAX_SILENT_CHECKS = 30;

/**
 * Runs one read in a separate process that then exits. A thread would not be enough: memory outside V8 cannot be
 * limited in a thread, a thread that runs out of memory can crash the process, and only an exited process returns all
 * of its memory.
 */
export class ReaderProcess {
  private readonly child: ChildProcess;
  private readonly startedAtMs = performance.now();
  private silentChecks = 0;
  /** A process that exits before that does so for reasons other than its input. */
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

  /** How long it has been running, in milliseconds. */
  get runningMs(): number {
    return performance.now() - this.startedAtMs;
  }

  /**
   * Resolves to the result when the process has been instructed to exit and every handler has settled.
   * @throws ReadNotEnded, InputRefused, MediaUnavailable, or any error of a handler
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

  /** Terminates the process; the read rejects with this error. */
  end(error: Error): void {
    this.reject(error);
  }

  private check(): void {
    this.silentChecks += 1;
    if (this.silentChecks > MAX_SILENT_CHECKS) this.end(new ReadNotEnded('A reader process is unresponsive'));
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
    else if (message.cpuMs > MAX_CPU_MS) this.end(new ReadNotEnded('A read used too much CPU time'));
    else if (message.residentMb > MAX_RESIDENT_MB) this.end(new ReadNotEnded('A read used too much memory'));
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

  /** Ignores messages that cannot be sent because the process is gone; its exit is reported separately. */
  private send(message: ToReader): void {
    this.child.send(message, () => {});
  }
}
