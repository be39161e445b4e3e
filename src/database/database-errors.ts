import { QueryRunnerAlreadyReleasedError } from 'typeorm';
import { isTlsError } from './connection-errors.js';
import { DatabaseError } from './database-error.js';

/** The server, or a connection pooler in front of it, does not apply a setting that the service requests. */
export class SettingRefused extends DatabaseError {
  /** SQLSTATE of a protocol violation. The connection may work later, after the setting was changed. */
  readonly code = '08P01';

  constructor({ name, value, required }: { name: string; value: string; required: string }) {
    super(
      `Postgres, or the connection pooler in front of it, uses ${name} "${value}" and ignores the value that the ` +
        `service requests. Run this statement as the user of DATABASE_URL, then restart the pooler: ` +
        `ALTER ROLE CURRENT_USER SET ${name} = '${required}'`,
    );
  }
}

const NETWORK_CODES = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ECONNRESET',
]);

/** Codes of writes to a connection that has just been closed. */
const CLOSED_CODES = new Set(['EPIPE', 'ERR_STREAM_DESTROYED', 'ERR_STREAM_WRITE_AFTER_END']);

/** Node.js error codes begin with E, which is not an SQLSTATE class. */
const SQLSTATE = /^[0-9FHPX][0-9A-Z]{4}$/;

/** Messages of pg without a code. */
const CONNECTION_LOST =
  /connection terminated|client was closed|timeout (expired|exceeded when trying to connect)|not queryable/i;

/**
 * SQLSTATE classes and codes of a database that is temporarily unavailable, regardless of the statement: connection
 * lost (08), out of disk, memory or connections (53), input/output errors (58), shutting down or starting (57P0x), idle
 * or transaction timeout (25P03, 25P04), standby (25006), locked (55P03).
 */
const AWAY = /^(08...|53...|58...|57P0[1235]|25P0[34]|25006|55P03)$/;

/** Returns whether the database rejected a write because it is read-only, for example a standby. */
export function isReadOnly(error: unknown): boolean {
  return (error as { code?: string } | null)?.code === '25006';
}

/**
 * Returns whether the database is unavailable (restarting, unreachable, full, read-only), so that the same work may
 * succeed later.
 */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isDatabaseUnavailable);
  // TypeORM throws this if the connection was lost between two statements of a transaction.
  if (error instanceof QueryRunnerAlreadyReleasedError) return true;
  const { code, message, driverError, syscall } = error as NodeJS.ErrnoException & { driverError?: unknown };
  if (driverError && driverError !== error) return isDatabaseUnavailable(driverError);
  // Postgres messages may quote the data, so they are not used for classification.
  if (code && SQLSTATE.test(code)) return AWAY.test(code);
  if (code && (NETWORK_CODES.has(code) || CLOSED_CODES.has(code) || isTlsError(code))) return true;
  // Includes errors of Unix sockets.
  if (syscall === 'connect') return true;
  return CONNECTION_LOST.test(message ?? '');
}

/** Returns whether the database canceled a query because it took too long. */
export function isTooSlow(error: unknown): boolean {
  return sqlStateOf(error) === '57014';
}

/**
 * SQLSTATE classes caused by the deployment, not by the data: wrong password (28) or database (3D, 3F), missing tables,
 * columns or privileges (42), plans older than a migration (0A), transaction state (25, 2D, 3B), cancellation by an
 * administrator or a statement timeout (57), serialization failures and deadlocks (40).
 */
const ABOUT_THE_DEPLOYMENT = /^(0A|25|28|2D|3B|3D|3F|40|42|57)/;

/**
 * Returns whether the database rejects the data itself, so that a retry would fail again. This applies to every error
 * with an SQLSTATE that indicates neither an outage nor a deployment problem: wrong or missing values (22, 23), values
 * that are too large or too complex (54), internal Postgres errors (XX), unknown codes.
 */
export function isRefusal(error: unknown): boolean {
  const code = sqlStateOf(error);
  return SQLSTATE.test(code) && !ABOUT_THE_DEPLOYMENT.test(code) && !isDatabaseUnavailable(error);
}

/**
 * Returns whether the same transaction may succeed when retried: the database was unavailable, or rolled this one back
 * in favor of another.
 */
export function isWorthRepeating(error: unknown): boolean {
  return isDatabaseUnavailable(error) || sqlStateOf(error).startsWith('40');
}

/** Returns the SQLSTATE of a Postgres error, or the code of another error; empty if there is none. */
export function sqlStateOf(error: unknown): string {
  const { code, driverError } = (error ?? {}) as { code?: string; driverError?: { code?: string } };
  return code ?? driverError?.code ?? '';
}
