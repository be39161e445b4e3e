import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { EmbeddedPostgresError, OR_OWN_POSTGRES } from './embedded-postgres-error.js';

/** Who Postgres runs as when the service runs as root, which Postgres refuses. */
export interface OsUser {
  uid: number;
  gid: number;
  /** Whether a folder that is closed to this user (say /root) lies above the data or the binaries. */
  blocked: boolean;
}

/** Nothing of the service's own environment is handed on: it has secrets, and PG* or LC_* would change Postgres. */
const ENVIRONMENT = {
  LC_ALL: 'C',
  TZ: 'UTC',
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
};

/**
 * Drops root but keeps the one capability that lets a process pass closed folders; `no_setuid_fixup` makes it
 * count for access(2), by which Postgres checks its own binary. The service is root in this case, so Postgres still
 * may do less than it.
 */
const SETPRIV = [
  '--clear-groups',
  '--securebits=+no_setuid_fixup',
  '--inh-caps=+dac_override',
  '--ambient-caps=+dac_override',
];

/**
 * The user for Postgres: the owner of a database that exists, else `postgres`, else `nobody`; none is created.
 * Undefined when we are not root, and Postgres can run as we do.
 * @param home folder of the embedded database, which need not exist yet
 * @param paths what that user must be able to reach
 */
export async function chooseOsUser(home: string, paths: string[]): Promise<OsUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const owner = await stat(home).catch(() => null);
  const user = owner && owner.uid !== 0 ? owner : await accountOfOs();
  const reachable = await Promise.all(paths.map((path) => canReach(path, user)));
  return { uid: user.uid, gid: user.gid, blocked: reachable.includes(false) };
}

async function accountOfOs(): Promise<{ uid: number; gid: number }> {
  const accounts = await readFile('/etc/passwd', 'utf8').catch(() => '');
  for (const name of ['postgres', 'nobody']) {
    const [, uid, gid] = new RegExp(`^${name}:[^:]*:(\\d+):(\\d+):`, 'm').exec(accounts) ?? [];
    if (uid && gid) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new EmbeddedPostgresError(
    'Postgres refuses to run as root, and there is no user postgres or nobody to run it as: ' +
      `start the service as another user, ${OR_OWN_POSTGRES}.`,
  );
}

/** By the permission bits, from the path up to the root folder. */
async function canReach(path: string, { uid, gid }: { uid: number; gid: number }): Promise<boolean> {
  const file = await stat(path);
  const bit = file.uid === uid ? 0o100 : file.gid === gid ? 0o010 : 0o001;
  if ((file.mode & bit) === 0) return false;
  return path === dirname(path) || canReach(dirname(path), { uid, gid });
}

/** Starts a program of Postgres as the given user, or as our own. */
export function spawnAs(
  user: OsUser | undefined,
  program: string,
  args: string[],
  options: SpawnOptions,
): ChildProcess {
  const all = { ...options, env: ENVIRONMENT, cwd: dirname(program) };
  if (!user) return spawn(program, args, all);
  if (!user.blocked) return spawn(program, args, { ...all, uid: user.uid, gid: user.gid });
  const ids = [`--reuid=${user.uid}`, `--regid=${user.gid}`];
  return spawn('setpriv', [...ids, ...SETPRIV, '--', program, ...args], all);
}

/**
 * Runs a program of Postgres to its end.
 * @returns what it printed
 * @throws Error with what it printed, when it fails
 */
export async function runAs(user: OsUser | undefined, program: string, args: string[]): Promise<string> {
  const child = spawnAs(user, program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const failure = await new Promise<string | null>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => {
      if (signal) resolve(`${basename(program)} was ended by ${signal}`);
      else resolve(code === 0 ? null : output);
    });
  });
  if (failure !== null) throw new Error(failure);
  return output;
}
