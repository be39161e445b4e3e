/** The embedded Postgres cannot be used. The message contains the reason and how to fix it. */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError';
}

/** The alternative that always exists, at the end of a message. */
export const OR_OWN_POSTGRES =
  'or set DATABASE_URL to your own Postgres, for example postgres://user:password@localhost:5432/whatsapp_contacts';

const DISK_FULL = /ENOSPC|EDQUOT|no space left|free disk space|quota exceeded/i;
const NOT_PERMITTED = /EACCES|EPERM|EROFS|permission denied|read-only|wrong lease/i;

/** Returns the line that contains the cause in the output of the server or initdb. */
function causeIn(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim());
  const cause = lines.find((line) => /\b(FATAL|error):/.test(line)) ?? lines.at(-1) ?? 'no output';
  return cause.replace(/^.*?\b(?:FATAL|error):\s*/, '').replace(/\.$/, '');
}

/**
 * Converts a failure of the embedded Postgres to an error for the operator.
 * @param cause a file system error, or an error whose message is the output of initdb or the server
 */
export function toEmbeddedPostgresError(cause: unknown, dataDir: string): EmbeddedPostgresError {
  if (cause instanceof EmbeddedPostgresError) return cause;
  const output = cause instanceof Error ? cause.message : String(cause);
  const reason = causeIn(output);
  const because = (text: string) => new EmbeddedPostgresError(`${text}, ${OR_OWN_POSTGRES}.`, { cause });
  if (DISK_FULL.test(output)) {
    return because(`The disk of DATA_DIR ${dataDir} is full: free space, choose another DATA_DIR`);
  }
  if (NOT_PERMITTED.test(output)) {
    return because(`DATA_DIR ${dataDir} cannot be used by this user (${reason}): choose another DATA_DIR`);
  }
  if (/ENOTDIR|EEXIST/.test(reason)) {
    return because(`DATA_DIR ${dataDir} is not a directory: choose another DATA_DIR`);
  }
  return because(`The embedded Postgres in ${dataDir} does not start (${reason}): choose another DATA_DIR`);
}
