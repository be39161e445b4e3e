const SAMPLE_CPU_MS = 20;

/**
 * How much longer than on a quiet machine things take at this moment: the time that passes while this process computes for
 * some milliseconds, by those milliseconds. 1 when nobody else wants the processor.
 */
function slowness(): number {
  const [cpuBefore, startedAtMs] = [process.cpuUsage(), performance.now()];
  let spentMs = 0;
  while (spentMs < SAMPLE_CPU_MS) {
    const { user, system } = process.cpuUsage(cpuBefore);
    spentMs = (user + system) / 1_000;
  }
  return Math.max(1, (performance.now() - startedAtMs) / spentMs);
}

/** A time limit, as it is on a quiet machine, extended by as much as this one is busy now. Every limit of a test is one. */
export function patient(limitMs: number): number {
  return limitMs * slowness() ** 2;
}
