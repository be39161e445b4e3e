import { signal } from '@preact/signals';
import { type ErrorEvent, EventSource } from 'eventsource';
import { latestOutage, noteError } from '../api/access.js';
import { ApiError, isOutage } from '../api/api-error.js';
import { answer, api, urlOf } from '../api/client.js';
import { serverNowMs } from '../api/clock.js';
import { keyHeaders } from '../api/key.js';
import type { Change } from '../api/types.js';
import { poll, type Polling } from './polling.js';

/** Proxies that buffer responses deliver no events. */
const STREAM_BEGINS_WITHIN_MS = 5_000;
const POLL_EVERY_MS = 4_000;
const POLL_AFTER_ERROR_MS = 3_000;
const TRY_STREAM_AGAIN_MS = 60_000;
const MAX_CHANGES = 1_000;

/** Changed contacts. Null if any contact might have changed, because changes were not followed. */
export type Listener = (changes: readonly Change[] | null) => void;

/** Follows the changes of a session's address book through the stream, or by polling if the stream is blocked. */
export class LiveChanges {
  readonly mode = signal<'idle' | 'starting' | 'live' | 'polling'>('idle');
  /** Time up to which all changes have been received. Null before the first. While live, the current time. */
  readonly checkedAtMs = signal<number | null>(null);
  /** Why changes cannot be read. Null unless the service or its database does not respond. */
  readonly outage = signal<ApiError | null>(null);
  private readonly listeners = new Set<Listener>();
  private stream: EventSource | null = null;
  private polling: Polling | null = null;
  /** Waits for the end of an outage that the stream has survived. */
  private probing: Polling | null = null;
  private ignoreOutages = (): void => {};
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** Number of the last change that polling returned. */
  private position: number | null = null;

  constructor(private readonly session: string) {}

  start(): void {
    if (this.mode.value !== 'idle') return;
    this.mode.value = 'starting';
    document.addEventListener('visibilitychange', this.onVisibility);
    this.ignoreOutages = latestOutage.subscribe((error) => this.onOutage(error));
    this.onVisibility();
  }

  /** Reports that any contact might have changed: the stream contains no contacts during the first sync. */
  announceAll(): void {
    this.tell(null);
  }

  /** @returns a function that ends the subscription */
  listen(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  stop(): void {
    document.removeEventListener('visibilitychange', this.onVisibility);
    this.ignoreOutages();
    this.rest();
  }

  /** Browsers open up to six connections to a server. Hidden pages use none. */
  private readonly onVisibility = (): void => {
    this.rest();
    if (!document.hidden) this.openStream();
  };

  private rest(): void {
    clearTimeout(this.timer);
    this.stream?.close();
    this.polling?.stop();
    this.probing?.stop();
    this.stream = this.polling = this.probing = this.position = null;
  }

  private openStream(): void {
    const stream = new EventSource(urlOf(`sessions/${this.session}/changes/stream`), {
      fetch: (url, init) => fetch(url, { ...init, headers: { ...init.headers, ...keyHeaders() } }),
    });
    this.stream = stream;
    this.timer = setTimeout(() => this.fallBack(), STREAM_BEGINS_WITHIN_MS);
    // All changes after this number are received. Data that was read before might be older.
    stream.addEventListener('position', () => {
      clearTimeout(this.timer);
      this.polling?.stop();
      this.polling = null;
      this.mode.value = 'live';
      this.tell(null);
    });
    stream.onmessage = ({ data }: MessageEvent) => this.tell([JSON.parse(data as string) as Change]);
    stream.onerror = ({ code }: ErrorEvent) => {
      if (this.stream !== stream) return;
      if (code !== undefined || this.mode.value !== 'live') this.fallBack();
      // The connection was lost. EventSource reconnects, and continues after the last change.
      else this.mode.value = 'starting';
    };
  }

  private fallBack(): void {
    clearTimeout(this.timer);
    this.stream?.close();
    this.stream = null;
    this.mode.value = 'polling';
    this.polling ??= poll(() => this.ask());
    this.timer = setTimeout(() => this.openStream(), TRY_STREAM_AGAIN_MS);
  }

  /** @returns the pause before the next request, in ms */
  private async ask(): Promise<number> {
    const [path, after] = [{ session: this.session }, this.position];
    const query = after === null ? { limit: 1 } : { after, limit: MAX_CHANGES };
    try {
      const page = await answer(api.GET('/sessions/{session}/changes', { params: { path, query } }));
      this.position = after === null ? page.latest : page.next;
      if (after === null) this.tell(null);
      else if (page.items.length > 0) this.tell(page.items);
      else this.noteSuccess();
      return page.items.length === MAX_CHANGES ? 0 : POLL_EVERY_MS;
    } catch (error) {
      noteError(error);
      this.outage.value = error instanceof ApiError && isOutage(error) ? error : null;
      // The requested changes were deleted or are not available, so everything is read again.
      this.position = null;
      return POLL_AFTER_ERROR_MS;
    }
  }

  /** The stream stays open while the database does not respond. Parts that could not be read are read again afterward. */
  private onOutage(error: ApiError | null): void {
    if (error === null || this.mode.value !== 'live') return;
    this.outage.value = error;
    this.probing ??= poll(() => this.probe());
  }

  private async probe(): Promise<number> {
    const params = { path: { session: this.session }, query: { limit: 1 } };
    try {
      await answer(api.GET('/sessions/{session}/changes', { params }));
      this.probing?.stop();
      this.probing = null;
      this.tell(null);
    } catch (error) {
      noteError(error);
    }
    return POLL_AFTER_ERROR_MS;
  }

  private noteSuccess(): void {
    this.outage.value = null;
    this.checkedAtMs.value = serverNowMs();
  }

  private tell(changes: readonly Change[] | null): void {
    this.noteSuccess();
    for (const listener of this.listeners) listener(changes);
  }
}
