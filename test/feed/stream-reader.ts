import { EventSource } from 'eventsource';
import type { ChangeDto } from '../../src/api/changes/changes.dto.js';
import { eventually } from '../support/service.js';

/** Follows `GET /changes/stream` as browsers do, with the EventSource of npm. */
export class StreamReader {
  readonly changes: ChangeDto[] = [];
  private readonly source: EventSource;
  /** Statuses of rejected connections. */
  readonly refusals: (number | undefined)[] = [];

  constructor(url: string, { headers = {} }: { headers?: Record<string, string> } = {}) {
    this.source = new EventSource(url, {
      fetch: (input, init) => fetch(input, { ...init, headers: { ...init.headers, ...headers } }),
    });
    this.source.addEventListener('message', ({ data, lastEventId }) => {
      const change = JSON.parse(data as string) as ChangeDto;
      if (lastEventId !== String(change.seq)) throw new Error(`Event ${lastEventId} contains ${change.seq}`);
      this.changes.push(change);
    });
    this.source.addEventListener('error', ({ code }) => {
      if (code !== undefined) this.refusals.push(code);
    });
  }

  get isOpen(): boolean {
    return this.source.readyState === this.source.OPEN;
  }

  /** Waits until it is connected. */
  async opened(): Promise<this> {
    await eventually('the stream is open', async () => this.isOpen);
    return this;
  }

  /** Waits until it has this many. */
  async has(count: number): Promise<ChangeDto[]> {
    await eventually(`the stream has ${count} changes`, async () => this.changes.length >= count);
    return this.changes;
  }

  close(): void {
    this.source.close();
  }
}
