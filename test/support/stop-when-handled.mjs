import { isMainThread } from 'node:worker_threads';

/** Preload: sends SIGTERM to the process as soon as it handles the signal, which is while it loads its code. */
const onNew = (event) => {
  if (event !== 'SIGTERM') return;
  process.off('newListener', onNew);
  setImmediate(() => process.kill(process.pid, 'SIGTERM'));
};
if (isMainThread) process.on('newListener', onNew);
