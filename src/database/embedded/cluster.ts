import { randomBytes } from 'node:crypto';
import { chown, mkdir, mkdtemp, readdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { EmbeddedPostgresError, OR_OWN_POSTGRES } from './embedded-postgres-error.js';
import { chooseOsUser, type OsUser, runAs } from './os-user.js';
import { findPostgresBinaries, type PostgresBinaries } from './postgres-binaries.js';

/** Name of the only role of the embedded Postgres, and of the database that the service uses. */
export const ROLE = 'whatsapp_contacts';

/** An embedded database on disk. All of its files are in `home`. */
export interface Cluster {
  dataDir: string;
  home: string;
  /** Data directory of Postgres, without symlinks, so that its path is the same at every start. */
  data: string;
  logFile: string;
  password: string;
  binaries: PostgresBinaries;
  user: OsUser | undefined;
}

/** Files below `home`. */
const DATA = 'data';
const PASSWORD = 'password';
const UNFINISHED = '.new-';

/**
 * Opens the database in `<dataDir>/postgres`, or creates it.
 * @throws EmbeddedPostgresError if it was written by another version of Postgres, or Postgres cannot run here
 * @throws file system errors
 */
export async function openCluster(dataDir: string, log: (message: string) => void): Promise<Cluster> {
  const binaries = await findPostgresBinaries();
  await mkdir(dataDir, { recursive: true });
  const home = join(await realpath(dataDir), 'postgres');
  const user = await chooseOsUser(home, [dirname(home), binaries.postgres]);
  const version = await versionOf(binaries, user);
  const data = join(home, DATA);
  const existing = await readVersion(data);
  if (existing === null) {
    log(`Creating the embedded Postgres ${version} in ${home}`);
    await createCluster(home, binaries, user);
  } else if (existing !== version) {
    throw new EmbeddedPostgresError(
      `${home} was written by Postgres ${existing}, but this version of the service contains Postgres ${version}: ` +
        `run the version of the service that wrote it, choose another DATA_DIR, ${OR_OWN_POSTGRES}.`,
    );
  }
  const password = await readFile(join(home, PASSWORD), 'utf8');
  return { dataDir, home, data, logFile: join(home, 'server.log'), password, binaries, user };
}

/** Removes files of interrupted first starts. Requires the instance lock, without which another start may use them. */
export async function removeUnfinished({ home }: Cluster): Promise<void> {
  const names = await readdir(dirname(home));
  const unfinished = names.filter((name) => name.startsWith(`${basename(home)}${UNFINISHED}`));
  // A start that lost the race may still write there. The next start removes those files.
  await Promise.allSettled(
    unfinished.map((name) => rm(join(dirname(home), name), { recursive: true, force: true })),
  );
}

/** Returns the major version of a data directory; null if it does not exist or is incomplete. */
async function readVersion(data: string): Promise<string | null> {
  try {
    return (await readFile(join(data, 'PG_VERSION'), 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/**
 * Returns the major version of the installed Postgres.
 * @throws EmbeddedPostgresError if it cannot run on this machine
 */
async function versionOf({ postgres }: PostgresBinaries, user: OsUser | undefined): Promise<string> {
  try {
    const output = await runAs(user, postgres, ['--version']);
    return /\d+/.exec(output)?.[0] ?? output;
  } catch (cause) {
    const reason = (cause as Error).message.trim().split('\n')[0];
    const hint = user?.blocked
      ? 'it cannot run as root, and a directory above its files or DATA_DIR is closed to other users. Start the ' +
        'service as another user, move it'
      : 'it requires Linux with glibc, macOS or Windows. Install the service there';
    throw new EmbeddedPostgresError(
      `The embedded Postgres cannot run here (${reason}): ${hint}, ${OR_OWN_POSTGRES}.`,
      { cause },
    );
  }
}

/** Creates the database in a sibling directory and renames it, so that an interrupted start leaves no partial one. */
async function createCluster(
  home: string,
  { initdb }: PostgresBinaries,
  user: OsUser | undefined,
): Promise<void> {
  const unfinished = await mkdtemp(`${home}${UNFINISHED}`);
  try {
    const passwordFile = join(unfinished, PASSWORD);
    await writeFile(passwordFile, randomBytes(24).toString('base64url'), { mode: 0o600 });
    if (user) for (const path of [unfinished, passwordFile]) await chown(path, user.uid, user.gid);
    await runAs(user, initdb, [
      `--pgdata=${join(unfinished, DATA)}`,
      `--username=${ROLE}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--no-instructions',
    ]);
    await rename(unfinished, home);
  } catch (error) {
    // Of two simultaneous first starts, the other one was faster. Its database can be used.
    if ((await readVersion(join(home, DATA))) === null) throw error;
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}
