import type { SessionName } from '../../kernel/identifiers/session-name.js';

/** A connection that has been open this long shows that the session works. */
const STABLE_MS = 5 * 60_000;

interface Count {
  /** Connections that failed or ended early, in a row. */
  ended: number;
  /** When the current connection was opened (`performance.now()`); null if it is not open. */
  openSinceMs: number | null;
}

/**
 * Counts consecutive connections of each session that failed or ended early. A deployment, or a restart of WhatsApp
 * or the network, ends only a few connections of each session. Unlike a rate, the count therefore exceeds a limit only
 * for sessions that do not stay connected.
 */
export class Reconnects {
  private readonly counts = new Map<SessionName, Count>();

  constructor(private readonly nowMs: () => number = () => performance.now()) {}

  opened(session: SessionName): void {
    this.counts.set(session, { ended: this.current(session), openSinceMs: this.nowMs() });
  }

  /** Counts a connection that ended, or could not be opened. */
  ended(session: SessionName): void {
    this.counts.set(session, { ended: this.current(session) + 1, openSinceMs: null });
  }

  /** Call this when this process stops running the session, or the account is unlinked. */
  forget(session: SessionName): void {
    this.counts.delete(session);
  }

  /** Returns the sessions with the most such connections, in a stable order, without those that have none. */
  worst(limit: number): { session: SessionName; ended: number }[] {
    return [...this.counts.keys()]
      .map((session) => ({ session, ended: this.current(session) }))
      .filter(({ ended }) => ended > 0)
      .toSorted((a, b) => b.ended - a.ended || (a.session < b.session ? -1 : 1))
      .slice(0, limit);
  }

  private current(session: SessionName): number {
    const { ended = 0, openSinceMs = null } = this.counts.get(session) ?? {};
    return openSinceMs !== null && this.nowMs() - openSinceMs >= STABLE_MS ? 0 : ended;
  }
}
