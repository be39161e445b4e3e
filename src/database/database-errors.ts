import { QueryRunnerAlreadyReleasedError } from 'typeorm';

/** The database cannot be used; the message is one sentence that says why and what to do. */
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

/** `host:port/database` of a Postgres URL, without user and password. */
function place(url: string): string {
  const { hostname, port, pathname } = new URL(url);
  return `${hostname}:${port || 5432}${pathname}`;
}

function explain(code: string | undefined, message: string): string {
  if (code && NETWORK_CODES.has(code))
    return `it cannot be reached (${code}). Is it running, and are host and port right?`;
  if (code === '28P01' || code === '28000') return 'user or password are wrong. Check them in DATABASE_URL.';
  if (code === '3D000') return 'the database does not exist. Create it, for example with createdb.';
  if (code === '42501')
    return (
      'the user may not create or change tables. Grant it CREATE on the schema public; or migrate first as the owner of the ' +
      'tables (node dist/database/migrate.js), and then run deploy/postgres/roles.sql.'
    );
  if (code === '57P03') return 'it is still starting up. Try again in a moment.';
  if (code === '53300') return 'it has no free connections. Raise max_connections or close other clients.';
  if (/timeout/i.test(message))
    return 'it does not answer. Are host and port right, and is a firewall in between?';
  return `${message}.`;
}

/** Turns an error of pg at start into one sentence for the operator; never repeats the password. */
export function toDatabaseError(error: unknown, url: string): DatabaseError {
  if (error instanceof DatabaseError) return error;
  const cause = error instanceof AggregateError ? (error.errors[0] as unknown) : error;
  const { code, message } = cause as { code?: string; message: string };
  return new DatabaseError(`The database ${place(url)} cannot be used: ${explain(code, message)}`, { cause });
}

/** Codes of Node.js begin with E, which is not a class of SQLSTATE. */
const SQLSTATE = /^[0-9FHPX][0-9A-Z]{4}$/;

/**
 * SQLSTATE classes and codes of a database that cannot work for now, whatever the statement: connection lost (08), out of disk,
 * memory or connections (53), input/output errors (58), shutting down or starting (57P0x), idle or transaction timeout (25P03,
 * 25P04), standby (25006), locked (55P03).
 */
const AWAY = /^(08...|53...|58...|57P0[1235]|25P0[34]|25006|55P03)$/;

/** Whether the error says that nothing can be written here, as on a standby. */
export function isReadOnly(error: unknown): boolean {
  return (error as { code?: string } | null)?.code === '25006';
}

/**
 * Whether the error says that the database is away (restarting, unreachable, full, read-only), so that the same
 * work may succeed later.
 */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isDatabaseUnavailable);
  // TypeORM's way to say that the connection was lost between two statements of a transaction.
  if (error instanceof QueryRunnerAlreadyReleasedError) return true;
  const { code, message, driverError } = error as { code?: string; message?: string; driverError?: unknown };
  if (driverError && driverError !== error) return isDatabaseUnavailable(driverError);
  // Messages of Postgres may quote the data, so that they decide nothing.
  if (code && SQLSTATE.test(code)) return AWAY.test(code);
  if (code && (NETWORK_CODES.has(code) || code === 'EPIPE')) return true;
  return /connection terminated|client was closed|query read timeout|timeout exceeded when trying to connect|not queryable/i.test(
    message ?? '',
  );
}

/** Whether the database has ended a query because it took too long. */
export function isTooSlow(error: unknown): boolean {
  return sqlStateOf(error) === '57014';
}

/**
 * SQLSTATE classes that are about the deployment, not about the data: wrong password (28) or database (3D, 3F), missing tables,
 * columns or rights (42), plans that are older than a migration (0A), the state of the transaction (25, 2D, 3B), an
 * administrator's cancellation or a statement timeout (57), transactions that give way to others (40).
 */
const ABOUT_THE_DEPLOYMENT = /^(0A|25|28|2D|3B|3D|3F|40|42|57)/;

/**
 * Returns whether the database refuses the data themselves, so that the same change would be refused again and again. That is
 * every error with a SQLSTATE that speaks neither of an outage nor of the deployment: wrong or missing values (22, 23), values
 * that are too large or too complex (54), errors inside of Postgres (XX), codes that are not known.
 */
export function isRefusal(error: unknown): boolean {
  const code = sqlStateOf(error);
  return SQLSTATE.test(code) && !ABOUT_THE_DEPLOYMENT.test(code) && !isDatabaseUnavailable(error);
}

/** Returns whether the same transaction may succeed when repeated: the database was away, or chose this one to give way. */
export function isWorthRepeating(error: unknown): boolean {
  return isDatabaseUnavailable(error) || sqlStateOf(error).startsWith('40');
}

/** Returns the SQLSTATE of an error of Postgres, or the code of another error; empty when there is none. */
export function sqlStateOf(error: unknown): string {
  const { code, driverError } = (error ?? {}) as { code?: string; driverError?: { code?: string } };
  return code ?? driverError?.code ?? '';
}
