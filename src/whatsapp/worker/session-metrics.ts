import { Gauge } from 'prom-client';
import { DEGRADATION_CODES } from '../../sessions/degradation.entity.js';
import type { MeasuredSession, SessionMetricsRepository } from '../../sessions/session-metrics.repository.js';
import { SESSION_STATUSES } from '../../sessions/session.entity.js';
import type { LeaseHolder } from '../lease/lease-holder.js';

/** Sessions with a series of their own: those that have been in trouble longest. */
const MAX_NAMED = 20;

/** Tells Prometheus how the sessions of this process are, as the database has them. While it is away, nothing is told. */
export function measureSessions(
  repository: Pick<SessionMetricsRepository, 'find'>,
  leases: Pick<LeaseHolder, 'processId'>,
): void {
  const degraded = new Gauge({
    name: 'whatsapp_contacts_sessions_degraded',
    help: 'Sessions of this process that work but have something wrong, by code (docs/http.md)',
    labelNames: ['code'],
  });
  const trouble = new Gauge({
    name: 'whatsapp_contacts_session_trouble_seconds',
    help: `How long a session of this process has been linked but not open; at most ${MAX_NAMED} of them, the longest first`,
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

/** A session that nobody has linked yet is in no trouble. */
function worst(sessions: MeasuredSession[]): MeasuredSession[] {
  return sessions
    .filter(({ status }) => status !== 'open' && status !== 'linking')
    .toSorted((a, b) => b.seconds - a.seconds)
    .slice(0, MAX_NAMED);
}
