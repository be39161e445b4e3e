import { ServicePool } from './service-pool.js';
import { SilenceLimit } from './silence-limit.js';

/** Connection for probes, so that they succeed while requests use all other connections. */
export class ProbePool extends ServicePool {
  constructor(url: string, role: string) {
    super(url, { role, use: 'probes' }, { max: 1, silence: new SilenceLimit(1_500) });
  }
}
