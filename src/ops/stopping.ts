import { Injectable } from '@nestjs/common';

/** Whether this process is about to stop, so that callers should go to another. */
@Injectable()
export class Stopping {
  private begun = false;

  get hasBegun(): boolean {
    return this.begun;
  }

  begin(): void {
    this.begun = true;
  }
}
