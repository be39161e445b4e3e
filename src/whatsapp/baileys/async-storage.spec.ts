import { describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { SharedAsyncStorage } from './async-storage.js';

describe('shared async storages', () => {
  const first = new SharedAsyncStorage<string>();
  const second = new SharedAsyncStorage<string>();

  it('follow work through promises and timers, each with its own store', async () => {
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

  it('do not mix what runs side by side', async () => {
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

  it('are left, entered and disabled like any other', async () => {
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
