import { signal } from '@preact/signals';
import { noteError } from '../api/access.js';
import { ApiError } from '../api/api-error.js';
import { answer, api } from '../api/client.js';
import { serverNowMs } from '../api/clock.js';
import type { Session, SessionSummary } from '../api/types.js';
import { poll, type Polling } from '../live/polling.js';

const PAGE = 100;
const POLL_EVERY_MS = 4_000;
/** Number of sessions whose counts and problems are requested: usually those that are visible. */
const DETAILED = 100;

/** All sessions that the key is for, in the order of their names. */
export class SessionList {
  readonly sessions = signal<readonly SessionSummary[] | null>(null);
  /** Details that the list does not contain, by session name. */
  readonly details = signal<ReadonlyMap<string, Session>>(new Map());
  readonly error = signal<ApiError | null>(null);
  readonly readAtMs = signal<number | null>(null);
  readonly hasMore = signal(false);
  private pages = 1;
  private readonly polling: Polling;

  /** @param options.withDetails counts and problems, a request for each */
  constructor(private readonly options: { withDetails: boolean }) {
    this.polling = poll(() => this.read());
  }

  refresh(): void {
    this.polling.now();
  }

  more(): void {
    this.pages++;
    this.polling.now();
  }

  stop(): void {
    this.polling.stop();
  }

  private async read(): Promise<number> {
    try {
      await this.readPages();
      this.error.value = null;
      this.readAtMs.value = serverNowMs();
      if (this.options.withDetails) await this.readDetails();
    } catch (error) {
      noteError(error);
      this.error.value = error as ApiError;
    }
    return POLL_EVERY_MS;
  }

  private async readPages(): Promise<void> {
    const found: SessionSummary[] = [];
    let cursor: string | null = null;
    for (let page = 0; page < this.pages; page++) {
      const query: { limit: number; cursor?: string } = { limit: PAGE, ...(cursor && { cursor }) };
      const answered = await answer(api.GET('/sessions', { params: { query } }));
      found.push(...answered.items);
      cursor = answered.next_cursor;
      if (cursor === null) break;
    }
    this.hasMore.value = cursor !== null;
    this.sessions.value = found;
  }

  private async readDetails(): Promise<void> {
    const names = (this.sessions.value ?? []).slice(0, DETAILED).map(({ name }) => name);
    const read = await Promise.all(
      names.map(async (session) =>
        answer(api.GET('/sessions/{session}', { params: { path: { session } } })).catch((error: unknown) => {
          // Deleted meanwhile.
          if (error instanceof ApiError && error.status === 404) return null;
          throw error;
        }),
      ),
    );
    this.details.value = new Map(read.flatMap((session) => (session ? [[session.name, session]] : [])));
  }
}
