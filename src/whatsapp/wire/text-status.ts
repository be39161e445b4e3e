import type { TextStatus } from '../../contacts/write/contact-changes.js';
import { parseSeconds } from './stanza-values.js';

/** WhatsApp offers durations of up to a week. A text with a longer duration is shown until it is changed. */
const MAX_LIFE_MS = 10 * 365 * 24 * 3_600_000;

/** A text status, the successor of the about text, as in usync and `mex`. Times are in seconds, as text or number. */
export interface RawTextStatus {
  text?: unknown;
  emoji?: unknown;
  /** Since 1970. */
  setAt?: unknown;
  /** How long it is shown; if 0 or missing, until it is changed. */
  seconds?: unknown;
}

/** @returns null for a text that was never set, which has neither content nor time */
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
