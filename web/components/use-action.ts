import { useRef, useState } from 'preact/hooks';
import { noteError } from '../api/access.js';
import { ApiError } from '../api/api-error.js';

/** Something that a person starts, and that takes its time. */
export interface Action<Given extends unknown[]> {
  run: (...given: Given) => Promise<void>;
  isRunning: boolean;
  error: ApiError | null;
}

/** Runs one at a time, and keeps what the service has against it. */
export function useAction<Given extends unknown[]>(
  act: (...given: Given) => Promise<unknown>,
): Action<Given> {
  const [isRunning, setRunning] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const isBusy = useRef(false);
  const run = async (...given: Given) => {
    if (isBusy.current) return;
    isBusy.current = true;
    setRunning(true);
    setError(null);
    try {
      await act(...given);
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure;
      noteError(failure);
      setError(failure);
    } finally {
      isBusy.current = false;
      setRunning(false);
    }
  };
  return { run, isRunning, error };
}
