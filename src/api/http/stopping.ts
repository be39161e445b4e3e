import { Injectable } from '@nestjs/common';

/** Whether this process is shutting down, so that callers should use another one. */
@Injectable()
export class Stopping {
  private readonly controller = new AbortController();

  get hasBegun(): boolean {
    return this.signal.aborted;
  }

  /** Aborted when the shutdown begins: long-running work has to end. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  begin(): void {
    this.controller.abort();
  }
}
