import { useEffect, useState } from 'preact/hooks';
import { noteError } from '../api/access.js';
import { ApiError } from '../api/api-error.js';

/** Something that is read of the service; the last that was read stays while it is read again. */
export interface Reading<T> {
  value: T | null;
  error: ApiError | null;
  again: () => void;
}

/** @param inputs values that `read` depends on */
export function useReading<T>(read: () => Promise<T>, inputs: unknown[]): Reading<T> {
  const [value, setValue] = useState<T | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    let isOver = false;
    read().then(
      (found) => {
        if (isOver) return;
        setValue(found);
        setError(null);
      },
      (failure: unknown) => {
        noteError(failure);
        if (!isOver && failure instanceof ApiError) setError(failure);
      },
    );
    return () => {
      isOver = true;
    };
  }, [...inputs, attempt]);
  return { value, error, again: () => setAttempt((n) => n + 1) };
}
