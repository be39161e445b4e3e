import { existsSync, rmSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

/** Preload: worker threads of the process hang for good once the file HANG_ON_FILE exists; it is then removed. */
const file = process.env.HANG_ON_FILE;

if (file && !isMainThread) {
  setInterval(() => {
    if (!existsSync(file)) return;
    rmSync(file);
    for (;;);
  }, 50).unref();
}
