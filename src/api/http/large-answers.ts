import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { callerOf } from '../access/requirements.js';
import { isHeld } from './conditional.js';
import { encodingFor } from './encodings.js';
import { FairSlots } from './fair-slots.js';
import { cutSlowReader } from './slow-readers.js';
import { STREAMS } from '../../database/stream-pool.js';
import { TooBusy, TooManyAtOnce } from './http.errors.js';

const MAX_WAIT_MS = 10_000;

/** Pages at once: there are ten connections, and look-ups of one contact must find one. */
const PAGES = 6;

/** What may keep a list or an export from being sent. */
export const BUSY_STREAMS = [
  new TooManyAtOnce('lists or exports', STREAMS / 2),
  new TooBusy('lists or exports', STREAMS),
];
/** What may keep a page from being sent. */
export const BUSY_PAGES = [new TooManyAtOnce('pages', PAGES / 2), new TooBusy('pages', PAGES)];

/** An answer that may be large. */
export interface LargeAnswer {
  contentType: string;
  headers?: Readonly<Record<string, string>>;
  /** With the same version the same URL has the same answer; null: nobody can tell. */
  version: string | null;
}

/** Sends lists, pages and exports: compressed as the caller wants it, not again to who has it, and fairly to all who ask. */
@Injectable()
export class LargeAnswers {
  private readonly streams = new FairSlots({
    what: 'lists or exports',
    perCaller: STREAMS / 2,
    overall: STREAMS,
    maxWaitMs: MAX_WAIT_MS,
  });
  private readonly pages = new FairSlots({
    what: 'pages',
    perCaller: PAGES / 2,
    overall: PAGES,
    maxWaitMs: MAX_WAIT_MS,
  });

  /**
   * As the parts come, with flat memory.
   * @throws what opening does, or the first part
   */
  async stream(
    request: Request,
    response: Response,
    answer: LargeAnswer,
    open: () => Promise<AsyncIterable<string | Buffer>>,
  ): Promise<void> {
    await this.send(this.streams, { request, response, answer }, async () => beginning(await open()));
  }

  /** @param load gives it as JSON, all at once */
  async page(
    request: Request,
    response: Response,
    version: string,
    load: () => Promise<string>,
  ): Promise<void> {
    const answer = { contentType: 'application/json; charset=utf-8', version };
    await this.send(this.pages, { request, response, answer }, async () => [await load()]);
  }

  /** A fault before anything is sent is still answered as an error. After it none can be any more: the connection is cut. */
  private async send(
    slots: FairSlots,
    { request, response, answer }: { request: Request; response: Response; answer: LargeAnswer },
    open: () => Promise<Iterable<string> | AsyncIterable<string | Buffer>>,
  ): Promise<void> {
    const encoding = encodingFor(request);
    const etag = answer.version && `"${answer.version}${encoding ? `-${encoding.name}` : ''}"`;
    response.setHeader('Vary', 'Accept-Encoding');
    response.setHeader('Cache-Control', etag ? 'private, no-cache' : 'no-store');
    if (etag) response.setHeader('ETag', etag);
    if (etag && isHeld(request, etag)) return void response.status(304).end();
    const release = await slots.take(callerOf(request));
    response.once('close', release);
    if (response.closed) return release();
    const parts = request.method === 'HEAD' ? [] : await open();
    response.set({ ...answer.headers, 'Content-Type': answer.contentType });
    if (encoding) response.setHeader('Content-Encoding', encoding.name);
    cutSlowReader(response, () => slots.isContended);
    const source = Readable.from(parts, { objectMode: false });
    try {
      await (encoding ? pipeline(source, encoding.create(), response) : pipeline(source, response));
    } catch {
      response.destroy();
    }
  }
}

/** Waits for the first part. */
async function beginning(parts: AsyncIterable<string | Buffer>): Promise<AsyncGenerator<string | Buffer>> {
  const iterator = parts[Symbol.asyncIterator]();
  const first = await iterator.next();
  async function* all() {
    try {
      if (!first.done) yield first.value;
      yield* { [Symbol.asyncIterator]: () => iterator };
    } finally {
      await iterator.return?.();
    }
  }
  return all();
}
