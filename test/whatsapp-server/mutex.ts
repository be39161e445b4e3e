/** Runs jobs one after the other, in the order in which they were given. */
export class Mutex {
  private last: Promise<unknown> = Promise.resolve();

  run<T>(job: () => Promise<T>): Promise<T> {
    const result = this.last.then(job, job);
    this.last = result.catch(() => undefined);
    return result;
  }
}

/** Lets the event loop turn once, so that a long piece of work does not stall the other connections. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
