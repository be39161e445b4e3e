import { setTimeout as sleep } from 'node:timers/promises';

/** Maximum number of concurrent calls. */
const WINDOW = 50;

/** Returns the value below which this share of the values lies. */
export const quantile = (values: number[], share: number) =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? NaN;

/** Calls `send` repeatedly, with at most WINDOW concurrent calls. */
export async function inWindow(count: number, send: (turn: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const lane = async () => {
    for (let turn = next++; turn < count; turn = next++) await send(turn);
  };
  await Promise.all(Array.from({ length: WINDOW }, lane));
}

/** Calls `send` at a steady rate, and waits until all calls are done. */
export async function paced(perSecond: number, seconds: number, send: (turn: number) => Promise<unknown>) {
  const startMs = performance.now();
  const all: Promise<unknown>[] = [];
  for (let turn = 0; turn < perSecond * seconds; turn += 1) {
    const dueMs = startMs + (turn * 1_000) / perSecond;
    const waitMs = dueMs - performance.now();
    if (waitMs > 0) await sleep(waitMs);
    all.push(send(turn));
  }
  await Promise.all(all);
}
