import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';

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

  it('replaces it where the property has only a getter, as in Node.js 22', async () => {
    const getterOnly = `
      const { AsyncLocalStorage: real } = asyncHooks;
      Object.defineProperty(asyncHooks, 'AsyncLocalStorage', { get: () => real, configurable: true });`;
    expect((await run(getterOnly)).stdout).toBe(isNeeded);
  });
});
