import type { Config } from '../../kernel/config/config.js';
import { pathPrefixOf } from '../../kernel/identifiers/session-name.js';
import type { ReasonCode } from '../../sessions/reason-code.js';
import type { SessionStatus } from '../../sessions/session.entity.js';
import type { SessionSnapshot } from '../../sessions/session-state.repository.js';
import { withPathPrefix } from '../http/paths-in-text.js';

const LINKED = new Set<SessionStatus>(['connecting', 'open', 'disconnected']);

/** A process that runs sessions has acquired all free ones by then. */
const STARTS_WITHIN_SECONDS = 10;

export const UNATTENDED = 'No process runs the WhatsApp session at the moment.';

const STARTING = { reasonCode: 'starting', reason: 'The session is starting.', advice: null } as const;
const NO_PROCESS = {
  reasonCode: 'no_process',
  reason: UNATTENDED,
  advice:
    'If this lasts for more than 20 seconds, start a process with ROLE=session or ROLE=all, or increase ' +
    'SESSIONS_PER_PROCESS.',
} as const;

type Status = Pick<
  SessionSnapshot,
  'name' | 'status' | 'reasonCode' | 'reason' | 'advice' | 'retryAt' | 'syncProblem' | 'isAttended'
>;

export function isLinkedStatus(status: SessionStatus): boolean {
  return LINKED.has(status);
}

/**
 * Returns the status as callers see it. If the process that stored it is gone, most of it is out of date: the next
 * process acquires the session within seconds, if there is one.
 */
export function toStatus<T extends Status>(stored: T, { ROLE }: Pick<Config, 'ROLE'>): T {
  if (!stored.isAttended) {
    const isStarting = ROLE === 'all' && process.uptime() < STARTS_WITHIN_SECONDS;
    return {
      ...stored,
      status: isLinkedStatus(stored.status) ? 'disconnected' : 'linking',
      ...(isStarting ? STARTING : NO_PROCESS),
      retryAt: null,
      linkOffer: null,
    };
  }
  const prefix = pathPrefixOf(stored.name);
  const withPrefix = (text: string | null) => text && withPathPrefix(text, prefix);
  const { reason, syncProblem, advice } = stored;
  return {
    ...stored,
    reasonCode: codeOf(stored),
    reason: withPrefix(reason ?? syncProblem),
    advice: withPrefix(advice),
  };
}

/** Processes of earlier versions store reasons without codes, and do not clear the previous code. */
function codeOf({ reason, reasonCode, syncProblem }: Status): ReasonCode | null {
  if (reason !== null) return reasonCode;
  return syncProblem === null ? null : 'sync_problem';
}
