import { Log } from '../../kernel/logging/log.js';
import type { DegradationCode } from '../../sessions/degradation.entity.js';
import type { SessionContext } from './session-context.js';

const log = new Log('Degradations');

/**
 * Reports a degradation of the session in the background, or its end.
 *
 * @param message null when the degradation has ended
 * @param expiresAt when the report is removed; null: only when the end is reported
 */
export function reportDegradation(
  { lease, stores }: Pick<SessionContext, 'lease' | 'stores'>,
  code: DegradationCode,
  message: string | null,
  expiresAt: Date | null = null,
): void {
  lease
    .transaction((tx) => stores.degradations.report(tx, lease.session, code, message, expiresAt))
    .catch((err: unknown) => log.warn({ err, code }, 'Reporting degradation failed'));
}
