import asyncHooks, { AsyncLocalStorage } from 'node:async_hooks';
import { syncBuiltinESMExports } from 'node:module';

/** The first version of Node.js whose promises carry the stores of all AsyncLocalStorages as one value. */
const CARRIES_ALL_AS_ONE = 24;

/** The real one that all others share, with the store of each. */
const shared = new AsyncLocalStorage<ReadonlyMap<unknown, unknown>>();

/** An AsyncLocalStorage that costs nothing beyond the one that all of them share. */
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
 * Makes every AsyncLocalStorage that is created from now on in this thread a shared one.
 *
 * Baileys creates one for each socket and never disables it. Up to Node.js 22 every promise, timer and socket then carries a
 * property for each storage ever created, and time and memory grow with the square of the sessions: with 430 sessions in a
 * thread, half of its time. From Node.js 24 on this does nothing.
 */
export function shareAsyncStorages(): void {
  if (Number.parseInt(process.versions.node, 10) >= CARRIES_ALL_AS_ONE) return;
  // Not an assignment: in Node.js 22 the property has a getter and no setter.
  Object.defineProperty(asyncHooks, 'AsyncLocalStorage', {
    value: SharedAsyncStorage,
    configurable: true,
    enumerable: true,
    writable: true,
  });
  syncBuiltinESMExports();
}
