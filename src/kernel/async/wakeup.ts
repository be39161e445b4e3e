import { pause } from './pause.js';

/** A pause that can be ended early. A call of wake() between two pauses ends the next one. */
export class Wakeup {
  private controller = new AbortController();

  wake(): void {
    this.controller.abort();
  }

  async pause(ms: number): Promise<void> {
    await pause(ms, this.controller.signal);
    if (this.controller.signal.aborted) this.controller = new AbortController();
  }
}
