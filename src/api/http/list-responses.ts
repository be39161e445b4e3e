import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { STREAMS } from '../../database/stream-pool.js';
import { withFirstPart } from '../../kernel/async/first-part.js';
import { Log } from '../../kernel/logging/log.js';
import { callerOf } from '../access/requirements.js';
import { isNotModified } from './conditional.js';
import { encodingFor } from './encodings.js';
import { FairSlots, type SlotLimits } from './fair-slots.js';
import { TooBusy, TooManyAtOnce } from './http.errors.js';
import { requestIdOf } from './request-id.js';
import { disconnectSlowReader } from './slow-readers.js';

const STREAM_SLOTS: SlotLimits = {
  what: 'lists or exports',
  perCaller: STREAMS / 2,
  overall: STREAMS,
  maxWaitMs: 10_000,
};

/** Leaves some of the ten connections of the pool to lookups of single contacts. */
const PAGE_SLOTS: SlotLimits = { what: 'pages', perCaller: 3, overall: 6, maxWaitMs: 10_000 };

const busyErrors = ({ what, perCaller, overall }: SlotLimits) => [
  new TooManyAtOnce(what, perCaller),
  new TooBusy(what, overall),
];

/** Errors of lists and exports without a free slot. */
export const BUSY_STREAMS = busyErrors(STREAM_SLOTS);
/** Errors of pages without a free slot. */
export const BUSY_PAGES = busyErrors(PAGE_SLOTS);

export interface ListResponse {
  contentType: string;
  headers?: Readonly<Record<string, string>>;
  /** Responses to the same URL with the same version are equal; null if this is not known. */
  version: string | null;
  /** Whether to send it as it is, because compressing it again would not make it smaller. */
  isCompressed?: boolean;
  /** Request headers that decide the content, in addition to Accept-Encoding. */
  vary?: string;
}

/** Sends lists, pages and exports: compressed, with an ETag, and with a fair share of the database for each caller. */
@Injectable()
export class ListResponses {
  private readonly log = new Log(ListResponses.name);
  private readonly streams = new FairSlots(STREAM_SLOTS);
  private readonly pages = new FairSlots(PAGE_SLOTS);

  /**
   * Sends parts as they arrive, with constant memory use.
   *
   * @throws errors of `open`, and of the first part
   */
  async stream(
    request: Request,
    response: Response,
    list: ListResponse,
    open: () => Promise<AsyncIterable<string | Uint8Array>>,
  ): Promise<void> {
    await this.send(this.streams, { request, response, list }, async () => withFirstPart(await open()));
  }

  /**
   * @param version as in ListResponse
   * @param load returns the JSON of the page
   */
  async page(
    request: Request,
    response: Response,
    version: string | null,
    load: () => Promise<string>,
  ): Promise<void> {
    const list = { contentType: 'application/json; charset=utf-8', version };
    await this.send(this.pages, { request, response, list }, async () => [await load()]);
  }

  /**
   * Runs a read of the size of a page within the caller's share.
   * @throws TooManyAtOnce, TooBusy
   */
  async withinShare<T>(request: Request, read: () => Promise<T>): Promise<T> {
    const release = await this.pages.take(callerOf(request));
    return read().finally(release);
  }

  /** Throws errors until the first byte is sent. Later errors end the connection. */
  private async send(
    slots: FairSlots,
    { request, response, list }: { request: Request; response: Response; list: ListResponse },
    open: () => Promise<Iterable<string> | AsyncIterable<string | Uint8Array>>,
  ): Promise<void> {
    const encoding = list.isCompressed ? null : encodingFor(request);
    const etag = list.version && `"${list.version}${encoding ? `-${encoding.name}` : ''}"`;
    response.vary(list.vary ? `Accept-Encoding, ${list.vary}` : 'Accept-Encoding');
    response.setHeader('Cache-Control', etag ? 'private, no-cache' : 'no-store');
    if (etag) response.setHeader('ETag', etag);
    if (etag && isNotModified(request, etag)) return void response.status(304).end();
    const release = await slots.take(callerOf(request));
    if (response.closed) return release();
    const opening = request.method === 'HEAD' ? Promise.resolve([]) : open();
    // The query of a client that has disconnected still runs.
    response.once('close', () => void opening.then(release, release));
    const parts = await opening;
    response.set({ ...list.headers, 'Content-Type': list.contentType });
    if (encoding) response.setHeader('Content-Encoding', encoding.name);
    disconnectSlowReader(response, () => slots.isContended);
    const source = Readable.from(parts, { objectMode: false });
    try {
      await (encoding ? pipeline(source, encoding.create(), response) : pipeline(source, response));
    } catch (err) {
      const isDisconnect = (err as NodeJS.ErrnoException).code === 'ERR_STREAM_PREMATURE_CLOSE';
      if (!isDisconnect)
        this.log.warn({ err, requestId: requestIdOf(response) }, 'Streaming response failed');
      response.destroy();
    }
  }
}
