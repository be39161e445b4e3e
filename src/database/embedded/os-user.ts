import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { EmbeddedPostgresError, OR_OWN_POSTGRES } from './embedded-postgres-error.js';

/** User for Postgres if the service runs as root, which Postgres rejects. */
export interface OsUser {
  uid: number;
  gid: number;
  /** Whether a directory above the data or the binaries, for example /root, is closed to this user. */
  blocked: boolean;
}

/** Replaces the environment of the service, which contains secrets, and may contain settings of Postgres. */
const ENVIRONMENT = {
  LC_ALL: 'C',
  TZ: 'UTC',
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
};

/**
 * Drops root privileges except the capability to pass closed directories. `no_setuid_fixup` makes the capability apply
 * to access(2), which Postgres uses to check its own binary. The service is root in this case, so Postgres still has
 * fewer privileges.
 */
const SETPRIV = [
  '--clear-groups',
  '--securebits=+no_setuid_fixup',
  '--inh-caps=+dac_override',
  '--ambient-caps=+dac_override',
];

/**
 * Returns the user for Postgres: the owner of an existing database, otherwise `postgres` or `nobody`.
 * @param home directory of the embedded database, which may not exist yet
 * @param paths files that the user must be able to reach
 * @returns undefined if this process is not root, so that Postgres can run as the same user
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
    'Postgres cannot run as root, and the users `postgres` and `nobody` do not exist: start the service as another ' +
      `user, ${OR_OWN_POSTGRES}.`,
  );
}

/** Checks the permission bits from the path up to the root directory. */
async function canReach(path: string, { uid, gid }: { uid: number; gid: number }): Promise<boolean> {
  const file = await stat(path);
  const bit = file.uid === uid ? 0o100 : file.gid === gid ? 0o010 : 0o001;
  if ((file.mode & bit) === 0) return false;
  return path === dirname(path) || canReach(dirname(path), { uid, gid });
}

/** Starts a program of Postgres as the given user, or as the user of this process. */
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
 * Runs a program of Postgres until it exits.
 * @returns its output
 * @throws Error with its output if it fails
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
