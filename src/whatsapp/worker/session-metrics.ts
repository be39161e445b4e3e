import { Gauge } from 'prom-client';
import { DEGRADATION_CODES } from '../../sessions/degradation.entity.js';
import { SESSION_STATUSES } from '../../sessions/session.entity.js';
import type { MeasuredSession, SessionMetricsRepository } from '../../sessions/session-metrics.repository.js';
import type { LeaseHolder } from '../lease/lease-holder.js';

/** Number of sessions with their own time series, for each metric that has the label `session`. */
const MAX_NAMED = 20;

/**
 * Exports the state of this process's sessions as stored in the database. Without the database, there are no time
 * series.
 */
export function measureSessions(
  repository: Pick<SessionMetricsRepository, 'find'>,
  leases: Pick<LeaseHolder, 'processId'>,
): void {
  const degraded = new Gauge({
    name: 'whatsapp_contacts_sessions_degraded',
    help: 'Degraded sessions of this process, by code (docs/http.md)',
    labelNames: ['code'],
  });
  const trouble = new Gauge({
    name: 'whatsapp_contacts_session_trouble_seconds',
    help: `Time since the status of a linked session that is not open last changed; the ${MAX_NAMED} longest`,
    labelNames: ['session', 'status'],
  });
  const unlinked = new Gauge({
    name: 'whatsapp_contacts_sessions_unlinked',
    help: 'Sessions of this process whose account was unlinked, by reason_code (docs/http.md)',
    labelNames: ['reason_code'],
  });
  const unlinkedSeconds = new Gauge({
    name: 'whatsapp_contacts_session_unlinked_seconds',
    help: `Time since the account of a session was unlinked, except on request; the ${MAX_NAMED} latest`,
    labelNames: ['session', 'reason_code'],
  });
  new Gauge({
    name: 'whatsapp_contacts_sessions',
    help: 'Sessions of this process, by status (docs/http.md)',
    labelNames: ['status'],
    async collect() {
      for (const gauge of [this, degraded, trouble, unlinked, unlinkedSeconds]) gauge.reset();
      const sessions = await repository.find(leases.processId).catch(() => null);
      if (!sessions) return;
      for (const status of SESSION_STATUSES)
        this.set(
          { status },
          count(sessions, (each) => each.status === status),
        );
      for (const code of DEGRADATION_CODES) {
        degraded.set(
          { code },
          count(sessions, (each) => each.degraded.includes(code)),
        );
      }
      for (const { name, status, seconds } of worst(sessions))
        trouble.set({ session: name, status }, seconds);
      for (const { unlinkedCode } of sessions) if (unlinkedCode) unlinked.inc({ reason_code: unlinkedCode });
      for (const { name, unlinkedCode, unlinkedSeconds: seconds } of latestUnlinked(sessions))
        unlinkedSeconds.set({ session: name, reason_code: unlinkedCode ?? '' }, seconds ?? 0);
    },
  });
}

function count(sessions: MeasuredSession[], picks: (session: MeasuredSession) => boolean): number {
  return sessions.filter(picks).length;
}

/** Returns the linked sessions that are not open, longest first. */
function worst(sessions: MeasuredSession[]): MeasuredSession[] {
  return sessions
    .filter(({ status }) => status !== 'open' && status !== 'linking')
    .toSorted((a, b) => b.seconds - a.seconds)
    .slice(0, MAX_NAMED);
}

/** Returns the sessions whose account was unlinked by its owner or by WhatsApp, latest first. */
function latestUnlinked(sessions: MeasuredSession[]): MeasuredSession[] {
  return sessions
    .filter(({ unlinkedCode }) => unlinkedCode !== null && unlinkedCode !== 'unlinked_on_request')
    .toSorted((a, b) => (a.unlinkedSeconds ?? 0) - (b.unlinkedSeconds ?? 0))
    .slice(0, MAX_NAMED);
}
