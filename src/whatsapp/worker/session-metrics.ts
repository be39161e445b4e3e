import { Gauge } from 'prom-client';
import { DEGRADATION_CODES } from '../../sessions/degradation.entity.js';
import { SESSION_STATUSES } from '../../sessions/session.entity.js';
import type { MeasuredSession, SessionMetricsRepository } from '../../sessions/session-metrics.repository.js';
import type { LeaseHolder } from '../lease/lease-holder.js';

/** Number of sessions with their own time series: those that have been disconnected longest. */
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
    help: `Time since a linked session of this process was last open; the ${MAX_NAMED} longest`,
    labelNames: ['session', 'status'],
  });
  new Gauge({
    name: 'whatsapp_contacts_sessions',
    help: 'Sessions of this process, by status (docs/http.md)',
    labelNames: ['status'],
    async collect() {
      for (const gauge of [this, degraded, trouble]) gauge.reset();
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
