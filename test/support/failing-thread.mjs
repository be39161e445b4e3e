import { isMainThread } from 'node:worker_threads';

/** Preload: makes worker threads of the process fail before they run code of the service. */
if (!isMainThread) throw new TypeError('The thread cannot start');
