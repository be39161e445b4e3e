import { Injectable } from '@nestjs/common';
import { Log } from '../../kernel/logging/log.js';
import { InputRefused } from '../wire/input-refused.js';
import { ReaderProcess, type ReadRequest } from './reader-process-handle.js';
import type { Call, Job } from './reader-protocol.js';

/** A read for one account. */
export interface AccountRead extends ReadRequest {
  accountId: number;
  /** Terminates the read, which then rejects with the signal's reason. */
  signal: AbortSignal;
  /** Runs once, immediately before the read first begins. If it rejects, nothing is read. */
  begin?(): Promise<void>;
  /** The announced size of the input; default: unknown. */
  bytes?: number;
  /** The job, which reads small inputs in this thread. */
  readHere?: Job<never, unknown>;
}

/**
 * Limits for reading in the calling thread. Most inputs of an account with a few hundred contacts are smaller, and
 * starting a process takes longer than reading them. Reading this much takes 15 ms of CPU, in steps of a few
 * milliseconds. A process reads inputs that turn out larger than announced.
 */
const HERE = { maxFileBytes: 32 * 1024, maxInflatedBytes: 256 * 1024 };

/** Each uses at least 45 MB. */
const MAX_PROCESSES = 3;
/**
 * After this time a read yields to a waiting one and is restarted later. The time doubles with each restart, so that
 * every read finishes.
 */
const PROTECTED_MS = 1_000;

interface QueuedRead extends AccountRead {
  resolve(result: unknown): void;
  reject(error: Error): void;
  hasBegun: boolean;
  protectedMs: number;
  process: ReaderProcess | null;
}

/** A read yielded to one of another account. */
class Displaced extends Error {}

/**
 * Runs reads whose cost the sender controls, such as history and snapshots, in separate processes: a few at a time, and
 * one per account. The account that has waited longest since its last read is next, so that no account delays another
 * for long. Small inputs are read in the calling thread.
 */
@Injectable()
export class ReaderPool {
  private readonly log = new Log(ReaderPool.name);
  private waiting: QueuedRead[] = [];
  private readonly running = new Map<number, QueuedRead>();
  /** Accounts whose input is being read in this thread. */
  private readonly readingHere = new Set<number>();
  /** Counter value when each account was last served. */
  private readonly served = new Map<number, number>();
  private turn = 0;
  private displacement: NodeJS.Timeout | undefined;

  /**
   * Handlers must be idempotent, because they are called again from the start when a read is restarted.
   * @throws ReadNotEnded, InputRefused, MediaUnavailable, or any error of begin() or a handler
   */
  async run<Result>(read: AccountRead): Promise<Result> {
    const { accountId, bytes = Infinity, readHere, signal } = read;
    const isBusy = this.isReading(accountId) || this.waiting.some((each) => each.accountId === accountId);
    if (!readHere || bytes > HERE.maxFileBytes || isBusy) return this.enqueue<Result>(read, false);
    this.readingHere.add(accountId);
    try {
      signal.throwIfAborted();
      await read.begin?.();
      signal.throwIfAborted();
      const call: Call = async (method, argument) => read.handlers[method]?.(argument as never);
      return (await readHere(read.input as never, call, HERE)) as Result;
    } catch (error) {
      if (!(error instanceof InputRefused)) throw error;
      return this.enqueue<Result>(read, true);
    } finally {
      this.readingHere.delete(accountId);
      this.startWaiting();
    }
  }

  private isReading(accountId: number): boolean {
    return this.running.has(accountId) || this.readingHere.has(accountId);
  }

  private enqueue<Result>(read: AccountRead, hasBegun: boolean): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      this.waiting.push({
        ...read,
        resolve,
        reject,
        hasBegun,
        protectedMs: PROTECTED_MS,
        process: null,
      });
      this.startWaiting();
    });
  }

  private startWaiting(): void {
    clearTimeout(this.displacement);
    while (this.running.size < MAX_PROCESSES) {
      const next = this.next();
      if (!next) return;
      this.waiting = this.waiting.filter((each) => each !== next);
      this.running.set(next.accountId, next);
      void this.serve(next);
    }
    if (this.next()) this.displacement = setTimeout(() => this.displace(), PROTECTED_MS / 4).unref();
  }

  /** Returns the waiting account that was served longest ago and is not being served. */
  private next(): QueuedRead | undefined {
    const startable = this.waiting.filter(({ accountId }) => !this.isReading(accountId));
    const lastTurn = ({ accountId }: QueuedRead) => this.served.get(accountId) ?? 0;
    return startable.reduce<QueuedRead | undefined>(
      (first, each) => (first && lastTurn(first) <= lastTurn(each) ? first : each),
      undefined,
    );
  }

  private displace(): void {
    const runningMs = ({ process }: QueuedRead) => process?.runningMs ?? 0;
    const [longest] = [...this.running.values()]
      .filter((each) => runningMs(each) > each.protectedMs)
      .toSorted((a, b) => runningMs(b) - runningMs(a));
    if (longest) longest.process?.end(new Displaced());
    else this.startWaiting();
  }

  private async serve(read: QueuedRead): Promise<void> {
    this.served.set(read.accountId, (this.turn += 1));
    try {
      read.resolve(await this.runOnce(read));
    } catch (error) {
      if (error instanceof Displaced) {
        read.protectedMs *= 2;
        this.waiting.push(read);
        this.log.debug({ job: read.job }, 'Postponing read, because other accounts wait');
      } else read.reject(error as Error);
    } finally {
      read.process = null;
      this.running.delete(read.accountId);
      this.startWaiting();
    }
  }

  private async runOnce(read: QueuedRead): Promise<unknown> {
    const { signal } = read;
    signal.throwIfAborted();
    if (!read.hasBegun) await read.begin?.();
    read.hasBegun = true;
    signal.throwIfAborted();
    const process = new ReaderProcess(read);
    read.process = process;
    const abort = () => process.end(signal.reason as Error);
    signal.addEventListener('abort', abort, { once: true });
    try {
      return await process.result();
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }
}
