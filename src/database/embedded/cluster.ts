import { randomBytes } from 'node:crypto';
import { chown, mkdir, mkdtemp, readdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { EmbeddedPostgresError, OR_OWN_POSTGRES } from './embedded-postgres-error.js';
import { chooseOsUser, type OsUser, runAs } from './os-user.js';
import { findPostgresBinaries, type PostgresBinaries } from './postgres-binaries.js';

/** Name of the embedded Postgres' one role, and of the database that the service uses. */
export const ROLE = 'whatsapp_contacts';

/** One embedded database on disk: all that must go together lies below `home`. */
export interface Cluster {
  dataDir: string;
  home: string;
  /** The data directory of Postgres, free of symlinks, so that every start calls it by the same name. */
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
 * Opens the database under `<dataDir>/postgres`, and makes it when there is none.
 * @throws EmbeddedPostgresError when it is of another Postgres, or cannot be read or made; file system errors as they are
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
      `${home} was written by Postgres ${existing}, but this version of the service brings Postgres ${version}: ` +
        `run the version of the service that wrote it, choose another DATA_DIR, ${OR_OWN_POSTGRES}.`,
    );
  }
  const password = await readFile(join(home, PASSWORD), 'utf8');
  return { dataDir, home, data, logFile: join(home, 'server.log'), password, binaries, user };
}

/** Removes what interrupted first starts left. Only for who holds the instance lock: it may belong to another start. */
export async function removeUnfinished({ home }: Cluster): Promise<void> {
  const names = await readdir(dirname(home));
  const unfinished = names.filter((name) => name.startsWith(`${basename(home)}${UNFINISHED}`));
  // A start that lost the race may still be writing there; what is left then goes next time.
  await Promise.allSettled(
    unfinished.map((name) => rm(join(dirname(home), name), { recursive: true, force: true })),
  );
}

/** Major version of a data directory; null when there is no finished one. */
async function readVersion(data: string): Promise<string | null> {
  try {
    return (await readFile(join(data, 'PG_VERSION'), 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** Major version of the installed Postgres. Whether it can be run here at all shows at this point. */
async function versionOf({ postgres }: PostgresBinaries, user: OsUser | undefined): Promise<string> {
  try {
    const output = await runAs(user, postgres, ['--version']);
    return /\d+/.exec(output)?.[0] ?? output;
  } catch (cause) {
    const reason = (cause as Error).message.trim().split('\n')[0];
    const hint = user?.blocked
      ? 'it must not run as root, and its folder or DATA_DIR lies below one that is closed to other users; ' +
        'start the service as another user, move it'
      : 'it needs a usual Linux with glibc, macOS or Windows; install it there';
    throw new EmbeddedPostgresError(
      `The embedded Postgres cannot be run here (${reason}): ${hint}, ${OR_OWN_POSTGRES}.`,
      { cause },
    );
  }
}

/** Makes everything in a sibling folder and renames it, so that a start cut off at any point leaves no half of one. */
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
    // Two first starts at once: the other one was faster, and its database is as good as ours.
    if ((await readVersion(join(home, DATA))) === null) throw error;
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}
