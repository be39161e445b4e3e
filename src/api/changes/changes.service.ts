import { once } from 'node:events';
import { Injectable } from '@nestjs/common';
import type { Response } from 'express';
import { KeyInvalid } from '../../access/access.errors.js';
import { ApiKeyCache } from '../../access/api-key-cache.js';
import type { ContactField } from '../../contacts/contact-fields.js';
import { type ChangeReader, compact, toChange } from '../../contacts/payload/change-payload.js';
import { isDatabaseUnavailable } from '../../database/database-errors.js';
import type { ChangeKind } from '../../feed/change.js';
import { ChangesGone } from '../../feed/feed.errors.js';
import { FeedReader } from '../../feed/feed-reader.js';
import type { FeedPage } from '../../feed/feed-reads.repository.js';
import type { SessionName } from '../../kernel/identifiers/session-name.js';
import { type SessionAccount, SessionsRepository } from '../../sessions/sessions.repository.js';
import { callerOf, type GuardedRequest } from '../access/requirements.js';
import { basePathOf } from '../http/base-path.js';
import { FairSlots } from '../http/fair-slots.js';
import { TooBusy, TooManyAtOnce } from '../http/http.errors.js';
import { ListResponses } from '../http/list-responses.js';
import { Stopping } from '../http/stopping.js';
import type { ChangeDto, ChangePageDto } from './changes.dto.js';
import { openStreams } from './changes.metrics.js';

/** Limit per process. A reader costs little more than its connection. */
const READERS = 3_000;
const READERS_PER_CALLER = 1_500;

/** Errors when a limit of readers is reached. */
export const BUSY_READERS = [
  new TooManyAtOnce('streams of changes', READERS_PER_CALLER),
  new TooBusy('streams of changes', READERS),
];

const STREAM_HEADERS = { 'Content-Type': 'text/event-stream', 'X-Accel-Buffering': 'no' };

/** Proxies usually close idle connections after 60 s. */
const HEARTBEAT_EVERY_MS = 15_000;
/** Time after which clients reconnect when a stream ends. */
const RECONNECT_AFTER_MS = 1_000;

/** Null: all. */
export interface ChangesFilter {
  kinds: readonly ChangeKind[] | null;
  /** Of contacts. */
  fields: readonly ContactField[] | null;
}

export interface ChangesQuery extends ChangesFilter {
  /** Sequence number; null starts with the oldest stored change. */
  after: number | null;
  limit: number;
  waitMs: number;
  isCompact: boolean;
}

/** Returns and streams the changes of a session's account. */
@Injectable()
export class ChangesService {
  private readonly slots = new FairSlots({
    what: 'streams of changes',
    perCaller: READERS_PER_CALLER,
    overall: READERS,
    maxWaitMs: 1,
  });
  /** Serialized events by reader and fields, shared by all streams that read the same page. */
  private readonly frames = new WeakMap<FeedPage, Map<string, string>>();

  constructor(
    private readonly feed: FeedReader,
    private readonly sessions: SessionsRepository,
    private readonly keys: ApiKeyCache,
    private readonly stopping: Stopping,
    private readonly responses: ListResponses,
  ) {}

  /** @throws NoAccountLinked, ChangesGone, TooManyAtOnce, TooBusy */
  async list(
    session: SessionName,
    query: ChangesQuery,
    request: GuardedRequest,
    response: Response,
  ): Promise<ChangePageDto> {
    const { id: accountId } = await this.sessions.getAccount(session);
    const { limit, kinds, fields } = query;
    const feed = { accountId, session };
    let page = await this.feed.read(feed, query.after, limit, kinds);
    // A filtered page that does not reach the end of the feed is returned, so that each request searches only once.
    if (page.rows.length === 0 && page.next === page.latest && query.waitMs > 0) {
      const { signal, release } = await this.enter(request, response);
      try {
        const waiting = AbortSignal.any([signal, AbortSignal.timeout(query.waitMs)]);
        do {
          await this.feed.grown(feed, page, waiting);
          if (!(await this.keys.isStillValid(request))) throw new KeyInvalid();
          page = await this.feed.read(feed, page.next, limit, kinds);
        } while (page.rows.length === 0 && page.next === page.latest && !waiting.aborted);
      } finally {
        release();
      }
    }
    const reader = readerOf(request, session);
    const changes = page.rows.map((row) => toChange(row, reader, fields));
    const items = (query.isCompact ? compact(changes) : changes) as ChangeDto[];
    return { items, next: page.next, latest: page.latest };
  }

  /**
   * Streams server-sent events until the client disconnects, the process stops, the key becomes invalid, or the session
   * has another account. Clients then reconnect and continue after the last event.
   *
   * @param after sequence number; null starts with the next change
   * @param filter changes of other kinds advance only the position of the client
   * @throws NoAccountLinked, ChangesGone, TooManyAtOnce, TooBusy
   */
  async stream(
    session: SessionName,
    { after, ...filter }: Pick<ChangesQuery, 'after'> & ChangesFilter,
    request: GuardedRequest,
    response: Response,
  ): Promise<void> {
    const account = await this.sessions.getAccount(session);
    const feed = { accountId: account.id, session };
    let position = after ?? Number(account.feedLatest);
    let sent = position;
    await this.feed.read(feed, position, 1);
    if (request.method === 'HEAD') return void response.writeHead(200, STREAM_HEADERS).end();
    const { signal, end, release } = await this.enter(request, response);
    const reader = readerOf(request, session);
    openStreams.inc();
    const stillThere = setInterval(() => {
      if (response.writableLength === 0) {
        response.write(position > sent ? positionFrame(position) : ':\n\n');
        sent = position;
      }
      this.isStillTheirs(session, account, request).then(
        (isTheirs) => isTheirs || end(),
        () => {},
      );
    }, HEARTBEAT_EVERY_MS);
    try {
      response.writeHead(200, STREAM_HEADERS);
      response.write(`retry: ${RECONNECT_AFTER_MS}\n\n${positionFrame(position)}`);
      const search = <T>(read: () => Promise<T>) => this.responses.withinShare(request, read);
      for await (const page of this.feed.follow(feed, position, { kinds: filter.kinds, search }, signal)) {
        if (!(await this.keys.isStillValid(request))) break;
        const frames = this.framesOf(page, reader, filter.fields);
        const isDrained = frames === '' || response.write(frames);
        position = page.next;
        sent = page.rows.at(-1)?.seq ?? sent;
        if (!isDrained) await once(response, 'drain', { signal });
      }
    } catch (error) {
      if (!signal.aborted && !(error instanceof ChangesGone)) throw error;
    } finally {
      clearInterval(stillThere);
      openStreams.dec();
      release();
      response.end();
    }
  }

  /**
   * Waits for a slot among the readers. `signal` is aborted when the client disconnects, when the process stops, and by
   * `end`.
   */
  private async enter(
    request: GuardedRequest,
    response: Response,
  ): Promise<{ signal: AbortSignal; end: () => void; release: () => void }> {
    const release = await this.slots.take(callerOf(request));
    const over = new AbortController();
    const end = () => over.abort();
    response.once('close', end);
    this.stopping.signal.addEventListener('abort', end);
    if (response.closed || this.stopping.hasBegun) end();
    return {
      signal: over.signal,
      end,
      release: () => {
        this.stopping.signal.removeEventListener('abort', end);
        release();
      },
    };
  }

  /** Whether the key is still valid, and the session still has the account. True while the database is unavailable. */
  private async isStillTheirs(
    session: SessionName,
    { id }: SessionAccount,
    request: GuardedRequest,
  ): Promise<boolean> {
    try {
      if (!(await this.keys.isStillValid(request))) return false;
      return (await this.sessions.getAccount(session)).id === id;
    } catch (error) {
      return isDatabaseUnavailable(error);
    }
  }

  private framesOf(page: FeedPage, reader: ChangeReader, fields: readonly ContactField[] | null): string {
    const key = JSON.stringify([reader, fields]);
    const ofPage = this.frames.get(page) ?? new Map<string, string>();
    this.frames.set(page, ofPage);
    let text = ofPage.get(key);
    if (text === undefined) {
      text = page.rows.map((row) => changeFrame(toChange(row, reader, fields))).join('');
      ofPage.set(key, text);
    }
    return text;
  }
}

function readerOf(request: GuardedRequest, session: SessionName): ChangeReader {
  return { session, webhooks: request.access?.webhooks ?? 'none', basePath: basePathOf(request) };
}

/**
 * Lets clients reconnect at the right position if the connection is lost before the first change. It has data, because
 * some clients ignore an id without data.
 */
export function positionFrame(next: number): string {
  return `event: position\nid: ${next}\ndata: ${JSON.stringify({ next })}\n\n`;
}

export function changeFrame(change: object & { seq: number }): string {
  return `id: ${change.seq}\ndata: ${JSON.stringify(change)}\n\n`;
}
