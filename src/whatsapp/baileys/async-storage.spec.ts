import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
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
