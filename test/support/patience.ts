import { availableParallelism, loadavg } from 'node:os';

const SAMPLE_CPU_MS = 20;

/**
 * Returns how much slower than an idle machine this one is: now, which is the elapsed time divided by the CPU time of a
 * short computation, or over the last minute, whichever is more. 1 if no other process needs the CPU.
 */
function slowness(): number {
  const [lastMinute = 0] = loadavg();
  return Math.max(currentSlowness(), lastMinute / availableParallelism());
}

function currentSlowness(): number {
  const [cpuBefore, startedAtMs] = [process.cpuUsage(), performance.now()];
  let spentMs = 0;
  while (spentMs < SAMPLE_CPU_MS) {
    const { user, system } = process.cpuUsage(cpuBefore);
    spentMs = (user + system) / 1_000;
  }
  return Math.max(1, (performance.now() - startedAtMs) / spentMs);
}

/** Extends a time limit for an idle machine by the current load of this one. Use it for every time limit of a test. */
export function patient(limitMs: number): number {
  return limitMs * slowness() ** 2;
}
