import { isMainThread } from 'node:worker_threads';

/** Preload: worker threads of the process fail before they run any code of the service. */
if (!isMainThread) throw new TypeError('The thread cannot start');
