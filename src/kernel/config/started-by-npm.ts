const LOOK_EVERY_MS = 500;

/**
 * Resolves when the npm that started this process has been ended: `npm start` runs it by a shell that does not hand
 * SIGTERM on, and would leave it behind as an orphan. Never resolves for a process that npm did not start.
 */
export async function endOfNpm(): Promise<void> {
  if (!process.env.npm_lifecycle_event) return new Promise(() => {});
  const shell = process.ppid;
  return new Promise((resolve) => {
    const look = setInterval(() => {
      if (process.ppid === shell) return;
      clearInterval(look);
      resolve();
    }, LOOK_EVERY_MS).unref();
  });
}
