import pTimeout, { TimeoutError } from 'p-timeout';
import type { ContactsRepository } from '../../contacts/read/contacts.repository.js';
import type { DatabaseHealth, DatabaseProblem } from '../../database/database.health.js';
import { isDatabaseUnavailable, sqlStateOf } from '../../database/database-errors.js';
import { SingleFlight } from '../../kernel/async/single-flight.js';
import { DomainError } from '../../kernel/errors/domain-error.js';
import type { Jid } from '../../kernel/identifiers/address.js';
import { DEFAULT_SESSION } from '../../kernel/identifiers/session-name.js';
import { FailureLog } from '../../kernel/logging/failure-log.js';
import { Log } from '../../kernel/logging/log.js';
import type { SessionStateRepository } from '../../sessions/session-state.repository.js';

/** Shorter than the timeout of the readiness probe (docs/operations.md). */
const TIMEOUT_MS = 2_500;
/** The number of this JID does not exist. */
const UNUSED_JID = '10000000@s.whatsapp.net' as Jid;

/** Whether a part of the process can do its work. */
export interface Health {
  problem(): Promise<Pick<DatabaseProblem, 'message'> | null>;
}

/**
 * Checks whether the main routes work: runs the statements of `GET /getcontact` and `GET /session` on the same
 * connections. Ignores a failure of the dedicated connection of the probes if these statements succeed.
 */
export class RouteHealth implements Health {
  private readonly checks = new SingleFlight<'routes', string | null>();
  private readonly failure = new FailureLog(new Log(RouteHealth.name), 'Checking readiness');

  /** @param database uses a dedicated connection, and explains why the database cannot be used */
  constructor(
    private readonly database: Pick<DatabaseHealth, 'problem'>,
    private readonly contacts: Pick<ContactsRepository, 'find'>,
    private readonly sessions: Pick<SessionStateRepository, 'get'>,
  ) {}

  async problem(): Promise<{ message: string } | null> {
    const [database, message] = await Promise.all([
      this.database.problem(),
      this.checks.run('routes', () => this.check()),
    ]);
    if (database && (message || !database.isUnreachable)) return database;
    return message ? { message } : null;
  }

  private async check(): Promise<string | null> {
    try {
      await pTimeout(this.read(), { milliseconds: TIMEOUT_MS });
      this.failure.recovered();
      return null;
    } catch (error) {
      if (error instanceof DomainError) return null;
      this.failure.failed(error);
      return describe(error);
    }
  }

  private async read(): Promise<void> {
    const [{ since }] = await Promise.all([
      this.sessions.get(DEFAULT_SESSION),
      this.contacts.find(DEFAULT_SESSION, [UNUSED_JID]),
    ]);
    if (!(since instanceof Date) || Number.isNaN(since.getTime()))
      throw new Error('Dates of the database cannot be read');
  }
}

/** Probes require no key, so the message does not contain text from the database. */
function describe(error: unknown): string {
  if (error instanceof TimeoutError) return `Reading a contact takes longer than ${TIMEOUT_MS} ms.`;
  if (isDatabaseUnavailable(error)) return 'The database cannot be reached.';
  const code = sqlStateOf(error);
  return `Reading contacts fails${code && ` with error ${code}`}. The log contains the reason.`;
}
