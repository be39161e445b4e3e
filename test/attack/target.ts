import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../support/free-port.js';
import { MemoryWatch } from '../support/memory.js';
import { Service } from '../support/service.js';

const MAX_MEMORY_MB = 256;
const MAX_LIVEZ_MS = 1_000;
const MAX_LOOKUP_P99_MS = 100;
const SAMPLE_EVERY_MS = 100;
/** With fewer lookups, the 99th percentile would be the slowest one. */
const MIN_MS = 5_000;
/** Statuses of 500 or higher, and connections that stay open, or end during proper use. */
const FAILURE = /^5|still open|no end|silence|errors|cut \(/;

/** Number of requests by status or other outcome. */
export type Outcomes = Record<string, number>;

/** Measurements of the service during an attack. */
export interface Row {
  attack: string;
  outcomes: Outcomes;
  peakMb: number;
  livezMaxMs: number;
  lookupP99Ms: number;
  problems: string[];
}

/** A process with ROLE=api under attack, and a well-behaved caller of it in a separate process. */
export class Target {
  readonly rows: Row[] = [];

  private constructor(
    readonly service: Service,
    private readonly probe: ChildProcess,
  ) {}

  /** @param lookup path of one contact, which the well-behaved caller requests */
  static async start(environment: Record<string, string>, lookup: string): Promise<Target> {
    const service = await Service.start({
      ...environment,
      ROLE: 'api',
      LOG_LEVEL: 'warn',
      PORT: String(await freePort()),
    });
    const probe = fork(
      new URL('../../bench/latency-probe.ts', import.meta.url),
      [String(service.port), '/livez', lookup],
      {
        execArgv: ['--import', 'tsx'],
        env: { ...process.env, PROBE_KEY: environment.API_KEY ?? '' },
      },
    );
    const target = new Target(service, probe);
    await target.latencies();
    return target;
  }

  get port(): number {
    return this.service.port;
  }

  async during(attack: string, run: () => Promise<Outcomes>): Promise<void> {
    await this.latencies();
    const memory = new MemoryWatch(this.service.process.pid, SAMPLE_EVERY_MS);
    const [outcomes] = await Promise.all([run(), sleep(MIN_MS)]);
    memory.stop();
    const { livez = [], lookup = [] } = await this.latencies();
    const row = {
      attack,
      outcomes,
      peakMb: memory.peakMb,
      livezMaxMs: Math.round(Math.max(0, ...livez)),
      lookupP99Ms: Math.round(percentile(lookup, 99)),
    };
    const failed = Object.keys(outcomes).filter((outcome) => FAILURE.test(outcome));
    const problems = [
      ...failed.map((status) => `${outcomes[status]} answers of ${status}`),
      ...(this.service.isRunning ? [] : ['the process ended']),
      ...(row.peakMb > MAX_MEMORY_MB ? [`${row.peakMb} MB`] : []),
      ...(row.livezMaxMs >= MAX_LIVEZ_MS ? [`/livez took ${row.livezMaxMs} ms`] : []),
      ...(row.lookupP99Ms >= MAX_LOOKUP_P99_MS ? [`/getcontact took ${row.lookupP99Ms} ms`] : []),
    ];
    this.rows.push({ ...row, problems });
    const told = Object.entries(outcomes).map(([outcome, count]) => `${count} x ${outcome}`);
    console.log(
      `${attack}: ${told.join(', ')}; ${row.peakMb} MB, /livez max ${row.livezMaxMs} ms, ` +
        `/getcontact p99 ${row.lookupP99Ms} ms${problems.length ? `  FAILED: ${problems.join('; ')}` : ''}`,
    );
  }

  async stop(): Promise<void> {
    this.probe.kill();
    await this.service.stop();
  }

  /** Returns the latencies since the last call. */
  private async latencies(): Promise<{ livez?: number[]; lookup?: number[] }> {
    this.probe.send('latencies');
    const [told] = (await once(this.probe, 'message')) as [Record<string, number[]>];
    const paths = Object.keys(told);
    const lookup = paths.find((path) => path !== '/livez');
    return { livez: told['/livez'] ?? [], lookup: lookup ? (told[lookup] ?? []) : [] };
  }
}

export function count(outcomes: Outcomes, outcome: string | number): void {
  outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
}

function percentile(values: number[], percent: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length * percent) / 100)] ?? 0;
}
