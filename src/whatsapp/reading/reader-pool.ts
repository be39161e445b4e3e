import { Injectable, Logger } from '@nestjs/common';
import { ReaderProcess, type ReadRequest } from './reader-process-handle.js';

/** A read for one account. */
export interface AccountRead extends ReadRequest {
  accountId: number;
  /** Ends the read, which then rejects with the signal's reason. */
  signal: AbortSignal;
  /** Runs before the read begins for the first time, in its turn; when it rejects, nothing is read. */
  begin?(): Promise<void>;
}

/** Each takes 45 MB at least. */
const MAX_PROCESSES = 3;
/** After so long a read gives way to one that waits, and is begun again later; twice as long each time, so that it ends. */
const PROTECTED_MS = 1_000;

interface QueuedRead extends AccountRead {
  resolve(result: unknown): void;
  reject(error: Error): void;
  hasBegun: boolean;
  protectedMs: number;
  process: ReaderProcess | null;
}

/** A read had to give way to one of another account. */
class Displaced extends Error {}

/**
 * Runs reads whose cost the sender decides, such as history and snapshots, in processes of their own: never more than a few,
 * one at a time for each account. The account that was served longest ago is next, so that no account delays another for long.
 */
@Injectable()
export class ReaderPool {
  private readonly logger = new Logger(ReaderPool.name);
  private waiting: QueuedRead[] = [];
  private readonly running = new Map<number, QueuedRead>();
  /** When each account was served last, on a counter. */
  private readonly served = new Map<number, number>();
  private turn = 0;
  private displacement: NodeJS.Timeout | undefined;

  /**
   * Handlers may be called again from the start, when the read had to give way; what they do must be repeatable.
   * @throws ReadNotEnded, InputRefused, MediaUnavailable, or what begin() or a handler throws
   */
  run<Result>(read: AccountRead): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      this.waiting.push({
        ...read,
        resolve: resolve,
        reject,
        hasBegun: false,
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

  /** Of the accounts that wait and are not being served, the one that was served longest ago. */
  private next(): QueuedRead | undefined {
    const startable = this.waiting.filter(({ accountId }) => !this.running.has(accountId));
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
        this.logger.debug(`Postponing a read of ${read.job}: other accounts wait`);
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
