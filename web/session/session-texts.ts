import type { Session, SessionSummary } from '../api/types.js';
import type { Tone } from '../components/notice.jsx';
import type { Explained } from '../i18n/en.js';
import { t } from '../i18n/language.js';

/** Why a session is as it is, in the words of the page; null when all is well. */
export function reasonOf({
  status,
  reason_code: code,
  reason,
  advice,
}: SessionSummary | Session): Explained | null {
  if (code !== null) return t.reasons[code];
  if (reason !== null) return { what: reason, todo: advice };
  return status === 'open' ? null : t.noReason;
}

/** Severity of a state. */
export function toneOf(session: SessionSummary | Session): Tone {
  const { status, reason_code: code } = session;
  if (status === 'open')
    return code === null && !('degraded' in session && session.degraded.length > 0) ? 'good' : 'warn';
  if (status === 'disconnected') return 'bad';
  // An attempt to link came to nothing, or WhatsApp cannot be reached.
  return status === 'logged_out' || session.retry_at !== null ? 'warn' : 'busy';
}
