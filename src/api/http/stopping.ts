import { Injectable } from '@nestjs/common';

/** Whether this process is about to stop, so that callers should go to another. */
@Injectable()
export class Stopping {
  private readonly begun = new AbortController();

  get hasBegun(): boolean {
    return this.begun.signal.aborted;
  }

  /** Aborted when it begins: what would last for hours is to end. */
  get signal(): AbortSignal {
    return this.begun.signal;
  }

  begin(): void {
    this.begun.abort();
  }
}
