import { ServicePool } from './service-pool.js';
import { SilenceLimit } from './silence-limit.js';

/** Maximum streams of a process at the same time. Further ones wait (ListResponses). */
export const STREAMS = 4;

/**
 * Connections for streamed responses. A stream needs its connection until the client has read it, so slow clients must
 * not use the connections of lookups.
 */
export class StreamPool extends ServicePool {
  constructor(url: string, role: string) {
    super(url, { role, use: 'streams' }, { max: STREAMS, silence: new SilenceLimit(12_000) });
  }
}
