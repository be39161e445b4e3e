import type { TextStatus } from '../../contacts/write/contact-changes.js';
import { parseSeconds } from './stanza-values.js';

/** WhatsApp offers durations of up to a week. A text that is shown for longer is shown until it is changed. */
const MAX_LIFE_MS = 10 * 365 * 24 * 3_600_000;

/** What usync and `mex` tell of the new form of an about text: times in seconds, as text or number. */
export interface RawTextStatus {
  text?: unknown;
  emoji?: unknown;
  /** Since 1970. */
  setAt?: unknown;
  /** How long it is shown; 0 or nothing: until it is changed. */
  seconds?: unknown;
}

/** @returns null when it tells nothing: a text that never was set has neither content nor time */
export function toTextStatus({
  text,
  emoji,
  setAt,
  seconds,
}: RawTextStatus): Omit<TextStatus, 'address'> | null {
  const shown = { text: textOf(text) ?? '', emoji: textOf(emoji) };
  const time = parseSeconds(numberOf(setAt));
  if (!shown.text && !shown.emoji && !time) return null;
  const lifeMs = Number(numberOf(seconds)) * 1_000;
  const expiresAt =
    lifeMs > 0 && lifeMs < MAX_LIFE_MS ? new Date((time?.getTime() ?? Date.now()) + lifeMs) : null;
  return { ...shown, setAt: time, expiresAt };
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function numberOf(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}
