const MAX_KEYS_PER_QUERY = 500;
/** A query that takes longer does not delay the next one, for example if its connection was dropped silently. */
const MAX_DELAY_MS = 500;

interface Waiting<Key, Value> {
  key: Key;
  resolve: (value: Value) => void;
  reject: (error: unknown) => void;
}

/**
 * Runs one query at a time per group. Keys that arrive meanwhile wait up to `MAX_DELAY_MS`, and share the next query:
 * the busier the process, the fewer queries per key. Groups do not wait for each other.
 */
export class SharedQueries<Group, Key, Value> {
  /** By group, while a query of the group runs or is about to run. */
  private readonly waiting = new Map<Group, Waiting<Key, Value>[]>();

  /** @param query returns one value per key, in the same order */
  constructor(private readonly query: (group: Group, keys: Key[]) => Promise<Value[]>) {}

  /** @throws the error of the query that contained the key */
  load(group: Group, key: Key): Promise<Value> {
    return new Promise((resolve, reject) => {
      const waiting = this.waiting.get(group);
      if (waiting) return void waiting.push({ key, resolve, reject });
      this.waiting.set(group, [{ key, resolve, reject }]);
      this.scheduleNext(group);
    });
  }

  /** Runs the next query after everything that this turn of the event loop reads from the sockets. */
  private scheduleNext(group: Group): void {
    setImmediate(() => {
      const waiting = this.waiting.get(group) ?? [];
      const batch = waiting.splice(0, MAX_KEYS_PER_QUERY);
      let hasEnded = false;
      const end = () => {
        if (hasEnded) return;
        hasEnded = true;
        clearTimeout(timer);
        if (waiting.length > 0) this.scheduleNext(group);
        else this.waiting.delete(group);
      };
      const timer = setTimeout(end, MAX_DELAY_MS);
      void this.run(group, batch).then(end);
    });
  }

  /** Never rejects. */
  private async run(group: Group, batch: Waiting<Key, Value>[]): Promise<void> {
    try {
      const values = await this.query(
        group,
        batch.map(({ key }) => key),
      );
      batch.forEach(({ resolve }, i) => resolve(values[i] as Value));
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}
