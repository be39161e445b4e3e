import { ServicePool } from './service-pool.js';

/** Enough for the exports of a deployment; who comes later waits for their turn (ListResponses). */
export const STREAMS = 4;

/**
 * Connections for answers that are streamed. A reader who takes their time holds one for as long: a few slow readers of the whole
 * list must not keep everybody else from looking up one contact.
 */
export class StreamPool extends ServicePool {
  constructor(url: string, role: string) {
    super(url, { role, use: 'streams' }, { max: STREAMS });
  }
}
