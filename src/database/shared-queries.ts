const MAX_KEYS_PER_QUERY = 500;

interface Waiting<Key, Value> {
  key: Key;
  resolve: (value: Value) => void;
  reject: (error: unknown) => void;
}

/**
 * Runs one query at a time per group. Keys that arrive meanwhile share the next query, so a busy process needs fewer
 * queries per key. Groups do not wait for each other.
 */
export class SharedQueries<Group, Key, Value> {
  /** By group, while a query of the group is running or scheduled. */
  private readonly waiting = new Map<Group, Waiting<Key, Value>[]>();

  /** @param query returns one value per key, in the same order */
  constructor(private readonly query: (group: Group, keys: Key[]) => Promise<Value[]>) {}

  /** @throws the error of the query that the key was part of */
  load(group: Group, key: Key): Promise<Value> {
    return new Promise((resolve, reject) => {
      const waiting = this.waiting.get(group);
      if (waiting) return void waiting.push({ key, resolve, reject });
      this.waiting.set(group, [{ key, resolve, reject }]);
      this.runNext(group);
    });
  }

  /** Starts after this turn of the event loop has read all sockets. */
  private runNext(group: Group): void {
    setImmediate(() => void this.run(group));
  }

  private async run(group: Group): Promise<void> {
    const waiting = this.waiting.get(group) ?? [];
    const batch = waiting.splice(0, MAX_KEYS_PER_QUERY);
    const keys = batch.map(({ key }) => key);
    try {
      const values = await this.query(group, keys);
      batch.forEach(({ resolve }, i) => resolve(values[i] as Value));
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
    if (waiting.length > 0) this.runNext(group);
    else this.waiting.delete(group);
  }
}
