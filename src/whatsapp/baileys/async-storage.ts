import asyncHooks, { AsyncLocalStorage } from 'node:async_hooks';
import { syncBuiltinESMExports } from 'node:module';

/** First version of Node.js with one context for all AsyncLocalStorages (AsyncContextFrame). */
const FIXED_IN_NODE = 24;

/** The only real storage. It contains the stores of all instances. */
const shared = new AsyncLocalStorage<ReadonlyMap<unknown, unknown>>();

/** An AsyncLocalStorage that keeps its store in one shared storage. */
export class SharedAsyncStorage<T> extends AsyncLocalStorage<T> {
  override run<R, Args extends unknown[]>(store: T, work: (...args: Args) => R, ...args: Args): R {
    return shared.run(this.with(store), work, ...args);
  }

  override exit<R, Args extends unknown[]>(work: (...args: Args) => R, ...args: Args): R {
    return shared.run(this.with(undefined), work, ...args);
  }

  override enterWith(store: T): void {
    shared.enterWith(this.with(store));
  }

  override disable(): void {
    shared.enterWith(this.with(undefined));
  }

  override getStore(): T | undefined {
    return shared.getStore()?.get(this) as T | undefined;
  }

  private with(store: T | undefined): ReadonlyMap<unknown, unknown> {
    return new Map(shared.getStore()).set(this, store);
  }
}

/**
 * Replaces AsyncLocalStorage in this thread, so that all instances created from now on use one shared storage.
 *
 * Baileys creates an instance for each socket and never disables it. Up to Node.js 22, every promise, timer and socket
 * then has a property for each instance ever created, so CPU time and memory grow with the square of the number of
 * sessions. In a thread with 430 sessions, this takes half of the CPU time. In Node.js 24 and later, this function does
 * nothing.
 */
export function shareAsyncStorages(): void {
  if (Number.parseInt(process.versions.node, 10) >= FIXED_IN_NODE) return;
  // An assignment would fail, because the property has no setter in Node.js 22.
  Object.defineProperty(asyncHooks, 'AsyncLocalStorage', {
    value: SharedAsyncStorage,
    configurable: true,
    enumerable: true,
    writable: true,
  });
  syncBuiltinESMExports();
}
