/**
 * Waits for the first item, so that errors of the source can still be handled before the items are used.
 *
 * @returns all items. Closing it closes the source, even before the first item is read.
 * @throws the error of the first item
 */
export async function withFirstPart<Part>(parts: AsyncIterable<Part>): Promise<AsyncIterableIterator<Part>> {
  const iterator = parts[Symbol.asyncIterator]();
  let first: IteratorResult<Part> | null = await iterator.next();
  const all: AsyncIterableIterator<Part> = {
    [Symbol.asyncIterator]: () => all,
    async next() {
      const result = first ?? (await iterator.next());
      first = null;
      return result;
    },
    // A generator that has not started would ignore this.
    async return() {
      await iterator.return?.();
      return { done: true, value: undefined };
    },
  };
  return all;
}
