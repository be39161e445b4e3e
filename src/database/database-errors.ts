import { QueryRunnerAlreadyReleasedError } from 'typeorm';

/** The database cannot be used. The message contains the reason and how to fix it. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
}

const NETWORK_CODES = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ECONNRESET',
]);

/** Codes of writes to a connection that has just been closed. */
const CLOSED_CODES = new Set(['EPIPE', 'ERR_STREAM_DESTROYED', 'ERR_STREAM_WRITE_AFTER_END']);

/** Returns `host:port/database` of a Postgres URL, without user and password. */
function locationOf(url: string): string {
  const { hostname, port, pathname } = new URL(url);
  return `${hostname}:${port || 5432}${pathname}`;
}

/** Reasons by SQLSTATE, and how to fix them. */
const REASONS: Record<string, string> = {
  '28P01': 'user or password are wrong. Check them in DATABASE_URL.',
  '28000': 'user or password are wrong. Check them in DATABASE_URL.',
  '3D000': 'the database does not exist. Create it, for example with createdb.',
  '42501':
    'the user cannot create or change tables. Grant it CREATE on the schema public, or migrate as the owner of the ' +
    'tables (node dist/database/migrate.js) and then run deploy/postgres/roles.sql.',
  '57P03': 'it is still starting. Try again in a moment.',
  '53300': 'it has no free connections. Raise max_connections or close other clients.',
};

function reasonOf(code: string | undefined, message: string): string {
  if (code && NETWORK_CODES.has(code))
    return `it cannot be reached (${code}). Check that it is running, and host and port in DATABASE_URL.`;
  if (code && REASONS[code]) return REASONS[code];
  if (/timeout/i.test(message))
    return 'it does not respond. Check host and port in DATABASE_URL, and firewalls.';
  return `${message}.`;
}

/** Converts an error of pg at start to one for the operator. The message does not contain the password. */
export function toDatabaseError(error: unknown, url: string): DatabaseError {
  if (error instanceof DatabaseError) return error;
  const cause = error instanceof AggregateError ? (error.errors[0] as unknown) : error;
  const { code, message } = cause as { code?: string; message: string };
  return new DatabaseError(`The database ${locationOf(url)} cannot be used: ${reasonOf(code, message)}`, {
    cause,
  });
}

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
  const { code, message, driverError } = error as { code?: string; message?: string; driverError?: unknown };
  if (driverError && driverError !== error) return isDatabaseUnavailable(driverError);
  // Postgres messages may quote the data, so they are not used for classification.
  if (code && SQLSTATE.test(code)) return AWAY.test(code);
  if (code && (NETWORK_CODES.has(code) || CLOSED_CODES.has(code))) return true;
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
