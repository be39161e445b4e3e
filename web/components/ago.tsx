import { nowMs } from '../api/clock.js';
import { dateTime, relative } from '../i18n/format.js';
import { t } from '../i18n/language.js';

/** @param time ISO 8601 */
export function Ago({ time }: { time: string }) {
  return (
    <time dateTime={time} title={dateTime(time)}>
      {relative(Date.parse(time), nowMs.value)}
    </time>
  );
}

/** Shows the remaining time. Screen readers do not announce each second. @param until ISO 8601 */
export function Countdown({ until }: { until: string }) {
  const seconds = Math.max(0, Math.ceil((Date.parse(until) - nowMs.value) / 1_000));
  const rest = String(seconds % 60).padStart(2, '0');
  return (
    <span class="countdown" aria-hidden="true">
      {seconds < 60
        ? t.common.secondsLeft(seconds)
        : t.common.timeLeft(`${Math.floor(seconds / 60)}:${rest}`)}
    </span>
  );
}
