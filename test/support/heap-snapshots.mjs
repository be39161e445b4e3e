import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeHeapSnapshot } from 'node:v8';
import { threadId } from 'node:worker_threads';

/** Preload: writes a heap snapshot of every thread when a test creates the file `take`. */
const folder = process.env.HEAP_SNAPSHOTS;
if (folder) {
  const timer = setInterval(() => {
    if (!existsSync(join(folder, 'take'))) return;
    clearInterval(timer);
    writeHeapSnapshot(join(folder, `${threadId}.heapsnapshot`));
    writeFileSync(join(folder, `${threadId}.done`), '');
  }, 200);
  timer.unref();
}
