export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

/** Session name of levels that apply to all sessions, and to work without a session. */
export const ALL_SESSIONS = '';

/** A level that applies instead of the configured ones. */
export interface LogLevelOverride {
  /** Name of a session, or ALL_SESSIONS. */
  session: string;
  level: LogLevel;
}

/** Levels that replace the configured ones in this thread. That of a session has precedence. */
class LogLevels {
  private levels = new Map<string, LogLevel>();

  replace(overrides: readonly LogLevelOverride[]): void {
    this.levels = new Map(overrides.map(({ session, level }) => [session, level]));
  }

  /**
   * Returns whether an entry is logged.
   *
   * @param session the session that the work is for; undefined if there is none
   * @param configured applies without an override
   */
  includes(level: LogLevel, session: string | undefined, configured: LogLevel): boolean {
    const ofSession = session === undefined ? undefined : this.levels.get(session);
    const threshold = ofSession ?? this.levels.get(ALL_SESSIONS) ?? configured;
    return LOG_LEVELS.indexOf(level) <= LOG_LEVELS.indexOf(threshold) && threshold !== 'silent';
  }
}

export const logLevels = new LogLevels();
