import { signal } from '@preact/signals';

const TICK_MS = 1_000;
/** `Date` has a resolution of one second and arrives with a delay. */
const TOLERANCE_MS = 2_000;

let offsetMs = 0;

/** The time of the service, ms since 1970; it moves once a second. Whether the clock of the browser is right does not matter. */
export const nowMs = signal(Date.now());

setInterval(() => (nowMs.value = serverNowMs()), TICK_MS);

export function serverNowMs(): number {
  return Date.now() + offsetMs;
}

/** Reads the clock of the service from an answer. */
export function setClock(headers: Headers): void {
  const date = Date.parse(headers.get('date') ?? '');
  if (Number.isNaN(date)) return;
  if (Math.abs(date - serverNowMs()) > TOLERANCE_MS) offsetMs = date - Date.now();
}
