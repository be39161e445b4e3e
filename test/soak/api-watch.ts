import { setTimeout as sleep } from 'node:timers/promises';
import type { DatabaseOutages } from './database-outages.js';
import type { Member } from './fleet.js';

const PATHS = [
  '/getcontacts',
  '/getcontact?phone=4915100000001',
  '/session',
  '/livez',
  '/sessions',
  '/sessions/session-1/getcontacts',
];
const EVERY_MS = 50;

/** Sends requests to all API replicas, like a client behind a load balancer that skips restarting replicas. */
export class ApiWatch {
  private readonly failures: string[] = [];
  private readonly latenciesMs: number[] = [];
  private excused = 0;
  private stopped = false;

  constructor(
    apis: Member[],
    private readonly outages: DatabaseOutages,
  ) {
    for (const api of apis) void this.ask(api);
  }

  problems(): string[] {
    return this.failures;
  }

  summary(): string {
    const sorted = [...this.latenciesMs].sort((a, b) => a - b);
    const at = (share: number) => (sorted[Math.floor((sorted.length - 1) * share)] ?? 0).toFixed(0);
    return (
      `${sorted.length} requests, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, max ${at(1)} ms; ` +
      `${this.excused} failed while the database was away, ${this.failures.length} otherwise`
    );
  }

  stop(): void {
    this.stopped = true;
  }

  private async ask(api: Member): Promise<void> {
    for (let turn = 0; !this.stopped; turn += 1) {
      const path = PATHS[turn % PATHS.length] ?? '/livez';
      if (!api.busy) await this.askOnce(api, path);
      await sleep(EVERY_MS);
    }
  }

  private async askOnce(api: Member, path: string): Promise<void> {
    const { service } = api;
    const [from, startedAtMs] = [Date.now(), performance.now()];
    const outcome = await service.get(path).then(
      ({ status }) =>
        status < 500 || (status === 503 && path === '/getcontacts' && !this.isLinked) ? null : `${status}`,
      (error: Error) => error.message,
    );
    this.latenciesMs.push(performance.now() - startedAtMs);
    if (outcome === null) {
      if (path === '/getcontacts') this.isLinked = true;
      return;
    }
    if (api.busy || api.service !== service) return;
    if (path !== '/livez' && this.outages.excuses(from, Date.now())) this.excused += 1;
    else this.failures.push(`${new Date(from).toISOString()} ${api.name} ${path}: ${outcome}`);
  }

  /** Before an account is linked, 503 is the right answer. */
  private isLinked = false;
}
