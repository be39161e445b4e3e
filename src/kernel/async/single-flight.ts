/** Shares one running call between callers that request the same at the same time. */
export class SingleFlight<Key, Value> {
  private readonly running = new Map<Key, Promise<Value>>();

  /** Runs `work`, or waits for the call with this key that is running. */
  run(key: Key, work: () => Promise<Value>): Promise<Value> {
    const running = this.running.get(key);
    if (running) return running;
    const started = work().finally(() => this.running.delete(key));
    this.running.set(key, started);
    return started;
  }
}
