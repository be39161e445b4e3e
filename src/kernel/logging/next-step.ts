import type { Config } from '../config/config.js';
import { pageUrl } from '../network/listen-address.js';
import { Log } from './log.js';

/** Logs what to do after the start, below the first state of a session, so that it is the last line. */
export class NextStep {
  private readonly log = new Log('Main');
  private isLogged = false;

  constructor(private readonly config: Pick<Config, 'HOST' | 'PORT' | 'ROLE'>) {}

  /** Logs it the first time, if this process serves the page. */
  announce(): void {
    if (this.isLogged || this.config.ROLE !== 'all') return;
    this.isLogged = true;
    this.log.info({}, `Open ${pageUrl(this.config.HOST, this.config.PORT)} in a browser.`);
  }
}
