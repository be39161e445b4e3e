import { Injectable } from '@nestjs/common';
import type { Response } from 'express';
import { once } from 'node:events';
import { KeyInvalid } from '../../access/access.errors.js';
import { callerOf, type GuardedRequest } from '../access/requirements.js';
import { ApiKeyCache } from '../../access/api-key-cache.js';

import { isDatabaseUnavailable } from '../../database/database-errors.js';
import { FairSlots } from '../http/fair-slots.js';
import { TooBusy, TooManyAtOnce } from '../http/http.errors.js';
import { Stopping } from '../http/stopping.js';
import { pathPrefixOf, type SessionName } from '../../kernel/identifiers/session-name.js';
import { type SessionAccount, SessionsRepository } from '../../sessions/sessions.repository.js';
import type { FeedPage } from '../../feed/feed-reads.repository.js';
import { FeedReader } from '../../feed/feed-reader.js';
import { ChangesGone } from '../../feed/feed.errors.js';
import { type ChangePayload, compact, toChange } from '../../contacts/payload/change-payload.js';
import type { ChangePageDto } from './changes.dto.js';
import { openStreams } from './changes.metrics.js';

/** Each has a connection, and next to nothing else. */
const READERS = 3_000;
const READERS_OF_ONE_CALLER = 1_500;

/** What may keep somebody from waiting for changes. */
export const BUSY_READERS = [
  new TooManyAtOnce('streams of changes', READERS_OF_ONE_CALLER),
  new TooBusy('streams of changes', READERS),
];

/** Proxies in between close connections on which nothing happens, after 60 s as a rule. */
const HEARTBEAT_EVERY_MS = 15_000;
/** How soon readers come back whose stream has ended. */
const RECONNECT_AFTER_MS = 1_000;

export interface ChangesQuery {
  /** Null: from the oldest change that is kept. */
  after: number | null;
  limit: number;
  waitMs: number;
  isCompact: boolean;
}

/** The feed of a session's account, as callers get it. */
@Injectable()
export class ChangesService {
  private readonly slots = new FairSlots({
    what: 'streams of changes',
    perCaller: READERS_OF_ONE_CALLER,
    overall: READERS,
    maxWaitMs: 1,
  });
  /** Those who read the same page get the same bytes. */
  private readonly frames = new WeakMap<FeedPage, Map<string, string>>();

  constructor(
    private readonly feed: FeedReader,
    private readonly sessions: SessionsRepository,
    private readonly keys: ApiKeyCache,
    private readonly stopping: Stopping,
  ) {}

  /** @throws NoAccountLinked, ChangesGone, TooManyAtOnce, TooBusy */
  async list(
    session: SessionName,
    query: ChangesQuery,
    request: GuardedRequest,
    response: Response,
  ): Promise<ChangePageDto> {
    const { id } = await this.sessions.getAccount(session);
    let page = await this.feed.read(id, query.after, query.limit);
    if (page.rows.length === 0 && query.waitMs > 0) {
      const { signal, release } = await this.enter(request, response);
      try {
        await this.feed.grown(id, page, AbortSignal.any([signal, AbortSignal.timeout(query.waitMs)]));
      } finally {
        release();
      }
      if (!(await this.keys.isStillValid(request))) throw new KeyInvalid();
      page = await this.feed.read(id, page.next, query.limit);
    }
    const changes = page.rows.map((row) => toChange(row, pathPrefixOf(session)));
    return { items: query.isCompact ? compact(changes) : changes, next: page.next, latest: page.latest };
  }

  /**
   * Server-sent events, until the reader goes, or something else ends it: then they come back, and go on where they were.
   * @param after null: from now on
   * @throws NoAccountLinked, ChangesGone, TooManyAtOnce, TooBusy
   */
  async stream(
    session: SessionName,
    after: number | null,
    request: GuardedRequest,
    response: Response,
  ): Promise<void> {
    const account = await this.sessions.getAccount(session);
    const position = after ?? Number(account.feedLatest);
    await this.feed.read(account.id, position);
    const { signal, end, release } = await this.enter(request, response);
    openStreams.inc();
    const stillThere = setInterval(() => {
      if (response.writableLength === 0) response.write(':\n\n');
      this.isStillTheirs(session, account, request).then(
        (isTheirs) => isTheirs || end(),
        () => {},
      );
    }, HEARTBEAT_EVERY_MS);
    try {
      response.writeHead(200, { 'Content-Type': 'text/event-stream', 'X-Accel-Buffering': 'no' });
      response.write(`retry: ${RECONNECT_AFTER_MS}\n\n${positionFrame(position)}`);
      for await (const page of this.feed.follow(account.id, position, signal)) {
        if (!(await this.keys.isStillValid(request))) break;
        if (!response.write(this.framesOf(page, session))) await once(response, 'drain', { signal });
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

  /** A place among the readers, and what ends their waiting: they go, the process stops, or `end`. */
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

  /** Whether the key still holds, and the session still has the account. */
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

  private framesOf(page: FeedPage, session: SessionName): string {
    const prefix = pathPrefixOf(session);
    const ofPage = this.frames.get(page) ?? new Map<string, string>();
    this.frames.set(page, ofPage);
    let text = ofPage.get(prefix);
    if (text === undefined) {
      text = page.rows.map((row) => frameOf(toChange(row, prefix))).join('');
      ofPage.set(prefix, text);
    }
    return text;
  }
}

/** By which readers know where to go on who lose the connection before the first change. Not all heed an id without data. */
export function positionFrame(next: number): string {
  return `event: position\nid: ${next}\ndata: ${JSON.stringify({ next })}\n\n`;
}

function frameOf(change: ChangePayload): string {
  return `id: ${change.seq}\ndata: ${JSON.stringify(change)}\n\n`;
}
