/** Polls while the page is visible. */
export interface Polling {
  /** Polls immediately instead of at the next interval. */
  now(): void;
  stop(): void;
}

/** @param ask resolves with the pause until the next time, in ms; never rejects */
export function poll(ask: () => Promise<number>): Polling {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isAsking = false;
  let isWanted = true;
  let isStopped = false;

  async function next(): Promise<void> {
    clearTimeout(timer);
    if (isAsking || isStopped) return;
    isAsking = true;
    isWanted = false;
    const pauseMs = await ask();
    isAsking = false;
    if (isWanted) return next();
    if (!isStopped && !document.hidden) timer = setTimeout(() => void next(), pauseMs);
  }

  function now(): void {
    isWanted = true;
    void next();
  }

  const onVisible = () => {
    if (!document.hidden) now();
  };
  document.addEventListener('visibilitychange', onVisible);
  void next();
  return {
    now,
    stop() {
      isStopped = true;
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', onVisible);
    },
  };
}
