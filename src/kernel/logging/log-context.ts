import { AsyncLocalStorage } from 'node:async_hooks';

/** Fields that every log entry carries which is written while work for a session, or for a request, runs. */
export interface LogFields {
  session: string;
  /** Id of the session's account; missing while none is linked. */
  account?: number;
  /** `X-Request-Id` of the answer; missing outside of requests. */
  requestId?: string;
}

/** Whom the work is for that runs at the moment. It follows the work through promises, timers and events. */
export const logContext = new AsyncLocalStorage<LogFields>();
