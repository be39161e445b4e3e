const POLL_MS = 500;

/**
 * Resolves when the npm that started this process has exited. `npm start` runs the process in a shell that does not
 * forward SIGTERM, which would leave it behind as an orphan. Never resolves if npm did not start the process.
 */
export async function npmExit(): Promise<void> {
  if (!process.env.npm_lifecycle_event) return new Promise(() => {});
  const shell = process.ppid;
  return new Promise((resolve) => {
    const poll = setInterval(() => {
      if (process.ppid === shell) return;
      clearInterval(poll);
      resolve();
    }, POLL_MS).unref();
  });
}
