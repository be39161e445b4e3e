import { describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { SharedAsyncStorage } from './async-storage.js';

describe('SharedAsyncStorage', () => {
  const first = new SharedAsyncStorage<string>();
  const second = new SharedAsyncStorage<string>();

  it('passes the store of each instance through promises and timers', async () => {
    const seen = await first.run('a', async () => {
      await sleep(1);
      return second.run('b', async () => {
        await sleep(1);
        return [first.getStore(), second.getStore()];
      });
    });
    expect(seen).toEqual(['a', 'b']);
    expect([first.getStore(), second.getStore()]).toEqual([undefined, undefined]);
  });

  it('separates concurrent work', async () => {
    const look = async () => {
      await sleep(1);
      return first.getStore();
    };
    expect(await Promise.all([first.run('a', look), first.run('b', look), look()])).toEqual([
      'a',
      'b',
      undefined,
    ]);
  });

  it('supports exit, enterWith and disable', async () => {
    await first.run('a', async () => {
      expect(first.exit(() => first.getStore())).toBeUndefined();
      first.enterWith('b');
      await sleep(1);
      expect(first.getStore()).toBe('b');
      first.disable();
      expect(first.getStore()).toBeUndefined();
    });
  });
});

describe('shareAsyncStorages', () => {
  /** Runs the built module in a separate process, because it changes a built-in module. */
  const run = async (before: string) => {
    const built = new URL('../../../dist/whatsapp/baileys/async-storage.js', import.meta.url).href;
    const code = `
      import asyncHooks from 'node:async_hooks';
      ${before}
      const { shareAsyncStorages, SharedAsyncStorage } = await import('${built}');
      shareAsyncStorages();
      const { AsyncLocalStorage } = await import('async_hooks');
      process.stdout.write(String(AsyncLocalStorage === SharedAsyncStorage));`;
    return promisify(execFile)(process.execPath, ['--input-type=module', '--eval', code]);
  };
  const isNeeded = String(Number.parseInt(process.versions.node, 10) < 24);

  it('replaces the class for modules that are loaded later', async () => {
    expect((await run('')).stdout).toBe(isNeeded);
  });

  it('replaces a property that has only a getter, as in Node.js 22', async () => {
    const getterOnly = `
      const { AsyncLocalStorage: real } = asyncHooks;
      Object.defineProperty(asyncHooks, 'AsyncLocalStorage', { get: () => real, configurable: true });`;
    expect((await run(getterOnly)).stdout).toBe(isNeeded);
  });
});
