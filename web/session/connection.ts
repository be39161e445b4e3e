import { may } from '../api/access.js';
import type { Session } from '../api/types.js';
import type { Tone } from '../components/notice.jsx';
import type { Explained } from '../i18n/en.js';
import { timeOrDate } from '../i18n/format.js';
import { t } from '../i18n/language.js';
import { reasonOf, technicalOf, wasLinked } from './session-texts.js';

/** Reconnecting usually takes less. Until then, a missing connection is not reported as a problem. */
const RECONNECTS_WITHIN_MS = 30_000;
/** The process that stored these is gone, so the time of its last report is not the time of the outage. */
const UNKNOWN_SINCE = ['no_process', 'starting'];
/** Problems of an open session that prevent or delay changes. */
const DELAYING = ['sync_delayed', 'sync_key_missing'] as const;

/** Why changes of the phone do not arrive. */
export interface Obstacle extends Explained {
  tone: Tone;
  title: string;
  technical: string | null;
}

/** @returns null while changes arrive */
export function obstacleOf(session: Session, nowMs: number): Obstacle | null {
  if (session.status === 'open') return delayOf(session);
  const reason = reasonOf(session) ?? t.noReason;
  return { ...reason, ...titleOf(session, nowMs), technical: technicalOf(session) };
}

function titleOf(session: Session, nowMs: number): { tone: Tone; title: string } {
  const { offline_since: since, reason_code: code, status } = session;
  if (status === 'linking' && !wasLinked(session)) return { tone: 'busy', title: t.connection.neverLinked };
  if (status === 'connecting' && since !== null && nowMs - Date.parse(since) < RECONNECTS_WITHIN_MS)
    return { tone: 'busy', title: t.connection.connecting };
  const isKnown = since !== null && !UNKNOWN_SINCE.includes(code ?? '');
  const when = isKnown ? timeOrDate(since, nowMs) : null;
  const isUnlinked = status === 'linking' || status === 'logged_out';
  return { tone: 'bad', title: isUnlinked ? t.connection.unlinked(when) : t.connection.offline(when) };
}

function delayOf(session: Session): Obstacle | null {
  const title = t.connection.delayed;
  if (session.reason_code === 'sync_problem')
    return { ...t.reasons.sync_problem, tone: 'warn', title, technical: technicalOf(session) };
  const code = DELAYING.find((each) => session.degraded.some((problem) => problem.code === each));
  if (code === undefined) return null;
  const technical = session.degraded.find((problem) => problem.code === code)?.message ?? null;
  return { ...t.degraded[code], tone: 'warn', title, technical };
}

/** Text in the corner of the page about the age of its data. */
export interface Freshness {
  tone: Tone;
  label: string;
  hint: string;
}

interface FreshnessInputs {
  /** Null: not read yet, not allowed, or a view of all sessions. */
  session: Session | null;
  /** Whether the service responds. */
  isReached: boolean;
  /** How changes of the service are followed. */
  mode: 'idle' | 'starting' | 'live' | 'polling';
}

/** “Live” only if changes arrive from the phone at the service, and from the service at the page. */
export function freshnessOf({ session, isReached, mode }: FreshnessInputs, nowMs: number): Freshness {
  if (!isReached) return { tone: 'bad', label: t.fresh.offline, hint: '' };
  const obstacle = session && obstacleOf(session, nowMs);
  if (obstacle) return { tone: obstacle.tone, label: labelOf(session, obstacle.tone), hint: obstacle.title };
  if (session?.contacts.sync === 'partial') return { tone: 'busy', label: t.sync.title, hint: t.sync.text };
  if (mode === 'starting') return { tone: 'busy', label: t.common.loading, hint: '' };
  if (mode !== 'live')
    return { tone: 'busy', label: t.fresh.polling, hint: mode === 'polling' ? t.fresh.pollingHint : '' };
  if (session) return { tone: 'good', label: t.fresh.live, hint: t.fresh.liveHint };
  return may('session:read')
    ? { tone: 'busy', label: t.common.loading, hint: '' }
    : { tone: 'busy', label: t.connection.automatic, hint: t.connection.automaticHint };
}

function labelOf(session: Session, tone: Tone): string {
  if (session.status === 'open') return t.connection.delayedLabel;
  if (session.status === 'linking' || session.status === 'logged_out') return t.connection.unlinkedLabel;
  return tone === 'busy' ? t.status.connecting : t.status.disconnected;
}
