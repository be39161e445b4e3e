import { describe, expect, it } from '@jest/globals';
import { withFirstPart } from './first-part.js';

describe('withFirstPart', () => {
  /** @param log receives `closed` */
  async function* numbers(log: string[], count: number) {
    try {
      for (let i = 1; i <= count; i += 1) yield i;
    } finally {
      log.push('closed');
    }
  }

  async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
    const found: T[] = [];
    for await (const item of items) found.push(item);
    return found;
  }

  it.each([0, 1, 3])('returns all of %d items', async (count) => {
    const log: string[] = [];
    expect(await all(await withFirstPart(numbers(log, count)))).toHaveLength(count);
    expect(log).toEqual(['closed']);
  });

  it('closes the source if nothing is read', async () => {
    const log: string[] = [];
    await (await withFirstPart(numbers(log, 3))).return?.();
    expect(log).toEqual(['closed']);
  });

  it('closes the source if reading stops early', async () => {
    const log: string[] = [];
    for await (const item of await withFirstPart(numbers(log, 3))) if (item === 2) break;
    expect(log).toEqual(['closed']);
  });

  it('throws the error of the first item', async () => {
    const failing = (async function* () {
      yield* await Promise.reject<number[]>(new Error('The query failed'));
    })();
    await expect(withFirstPart(failing)).rejects.toThrow('The query failed');
  });
});
