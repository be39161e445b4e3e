import { existsSync, rmSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

/** Preload: blocks worker threads forever once the file HANG_ON_FILE exists, and removes the file. */
const file = process.env.HANG_ON_FILE;

if (file && !isMainThread) {
  setInterval(() => {
    if (!existsSync(file)) return;
    rmSync(file);
    for (;;);
  }, 50).unref();
}
