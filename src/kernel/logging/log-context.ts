import { AsyncLocalStorage } from 'node:async_hooks';

/** Fields that are added to log entries written during work for a session or a request. */
export interface LogFields {
  session: string;
  /** ID of the session's account; missing if no account is linked. */
  account?: number;
  /** `X-Request-Id` of the response; missing outside of requests. */
  requestId?: string;
}

/** Log fields of the current work, propagated through promises, timers and events. */
export const logContext = new AsyncLocalStorage<LogFields>();
