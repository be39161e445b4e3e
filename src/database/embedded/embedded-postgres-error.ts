/** The embedded Postgres cannot be used; the message is one sentence that says why and what to do. */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError';
}

/** The way out that always exists, to end a message with. */
export const OR_OWN_POSTGRES =
  'or set DATABASE_URL to a Postgres of your own, for example postgres://user:password@localhost:5432/whatsapp_contacts';

const DISK_FULL = /ENOSPC|EDQUOT|no space left|free disk space|quota exceeded/i;
const NOT_PERMITTED = /EACCES|EPERM|EROFS|permission denied|read-only|wrong lease/i;

/** What remains of the output of a server or of initdb: the line that names the cause. */
function causeIn(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim());
  const telling = lines.find((line) => /\b(FATAL|error):/.test(line)) ?? lines.at(-1) ?? 'it said nothing';
  return telling.replace(/^.*?\b(?:FATAL|error):\s*/, '').replace(/\.$/, '');
}

/**
 * Turns what stopped the embedded Postgres into one sentence for the operator.
 * @param cause an error of the file system, or one whose message is the output of initdb or of the server
 */
export function toEmbeddedPostgresError(cause: unknown, dataDir: string): EmbeddedPostgresError {
  if (cause instanceof EmbeddedPostgresError) return cause;
  const output = cause instanceof Error ? cause.message : String(cause);
  const reason = causeIn(output);
  const because = (text: string) => new EmbeddedPostgresError(`${text}, ${OR_OWN_POSTGRES}.`, { cause });
  if (DISK_FULL.test(output)) {
    return because(`The disk that holds ${dataDir} is full: make room, choose another DATA_DIR`);
  }
  if (NOT_PERMITTED.test(output)) {
    return because(`DATA_DIR ${dataDir} cannot be used by this user (${reason}): choose another DATA_DIR`);
  }
  if (/ENOTDIR|EEXIST/.test(reason)) {
    return because(`DATA_DIR ${dataDir} is not a folder: choose another DATA_DIR`);
  }
  return because(`The embedded Postgres in ${dataDir} does not start (${reason}): choose another DATA_DIR`);
}
