import { beforeEach, describe, expect, it } from '@jest/globals';
import { SharedQueries } from './shared-queries.js';

describe('SharedQueries', () => {
  const queries: { group: string; keys: number[]; finish: (error?: Error) => void }[] = [];
  const shared = new SharedQueries<string, number, string>(
    (group, keys) =>
      new Promise((resolve, reject) => {
        const finish = (error?: Error) =>
          error ? reject(error) : resolve(keys.map((key) => `${group}${key}`));
        queries.push({ group, keys, finish });
      }),
  );
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const started = async (count: number) => {
    while (queries.length < count) await turn();
  };

  beforeEach(() => {
    queries.splice(0);
  });

  it('runs one query for the keys of one turn of the event loop', async () => {
    const values = Promise.all([shared.load('a', 1), shared.load('a', 2)]);
    await turn();
    expect(queries.map(({ keys }) => keys)).toEqual([[1, 2]]);
    queries[0]?.finish();
    await expect(values).resolves.toEqual(['a1', 'a2']);
  });

  it('collects keys while a query of their group runs, and loads them with the next one', async () => {
    const first = shared.load('a', 1);
    await turn();
    const others = Promise.all([shared.load('a', 2), shared.load('a', 3)]);
    await turn();
    expect(queries).toHaveLength(1);
    queries[0]?.finish();
    await first;
    await started(2);
    expect(queries[1]?.keys).toEqual([2, 3]);
    queries[1]?.finish();
    await expect(others).resolves.toEqual(['a2', 'a3']);
  });

  it('does not make a group wait for another', async () => {
    void shared.load('a', 1);
    await turn();
    const other = shared.load('b', 1);
    await turn();
    expect(queries.map(({ group }) => group)).toEqual(['a', 'b']);
    for (const { finish } of queries) finish();
    await expect(other).resolves.toBe('b1');
  });

  it('starts the next query if one takes too long', async () => {
    void shared.load('a', 1);
    await turn();
    const other = shared.load('a', 2);
    await started(2);
    queries[1]?.finish();
    await expect(other).resolves.toBe('a2');
    queries[0]?.finish();
  });

  it('rejects the keys of a failed query, but no later ones', async () => {
    const failing = shared.load('a', 1);
    await turn();
    const later = shared.load('a', 2);
    queries[0]?.finish(new Error('no database'));
    await expect(failing).rejects.toThrow('no database');
    await started(2);
    queries[1]?.finish();
    await expect(later).resolves.toBe('a2');
  });
});
