import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, open, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Cluster } from './cluster.js';
import { spawnAs } from './os-user.js';

/** A running Postgres server (its first process). */
export interface Postmaster {
  pid: number;
  port: number;
  /** Whether it takes connections; not while it recovers or ends. */
  ready: boolean;
}

/** A server that was started, and maybe has ended again. */
export interface Launch {
  /** Undefined when it could not be started at all. */
  pid: number | undefined;
  /** What the server said, once it has ended; until then null. */
  failure: string | null;
}

const MAX_LOG_BYTES = 5_000_000;
const FAST_SHUTDOWN_MS = 3_500;
const IMMEDIATE_SHUTDOWN_MS = 1_000;
const POLL_MS = 20;

/** The log gets no errors of statements: the service logs them itself, and their texts can hold names. */
const SETTINGS = Object.entries({
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: 100,
  shared_buffers: '64MB',
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_checkpoints: 'off',
}).flatMap(([name, value]) => ['-c', `${name}=${value}`]);

/**
 * The server that runs on this data directory, ours or one that outlived its Node; null when there is none.
 *
 * Read from postmaster.pid: line 1 the pid, 4 the port, 8 the state (LOCK_FILE_LINE_* in Postgres' pidfile.h).
 */
export async function findPostmaster(cluster: Cluster): Promise<Postmaster | null> {
  const lines = await readPidFile(cluster);
  const [pid, port] = [Number(lines[0]), Number(lines[3])];
  if (!pid || !port || !isAlive(pid) || !(await isServerOf(cluster, pid))) return null;
  return { pid, port, ready: lines[7]?.trim() === 'ready' };
}

const pidFile = ({ data }: Cluster) => join(data, 'postmaster.pid');

async function readPidFile(cluster: Cluster): Promise<string[]> {
  return (await readFile(pidFile(cluster), 'utf8').catch(() => '')).split('\n');
}

/**
 * After a reboot the pid in a left-over postmaster.pid may be a stranger's, and Postgres would not start because of
 * it. It ignores the pid of its parent, so ours is put there; the lines below keep its check for left-over shared
 * memory, which deleting the file would lose.
 */
async function disownRecycledPid(cluster: Cluster): Promise<void> {
  const [pid, ...rest] = await readPidFile(cluster);
  if (!Number(pid) || !isAlive(Number(pid)) || (await isServerOf(cluster, Number(pid)))) return;
  await writeFile(pidFile(cluster), [process.pid, ...rest].join('\n'));
}

const isAlive = (pid: number) => send(pid, 0);

/** Whether there is such a process. */
function send(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** By its command line; what the system does not tell is taken for ours, as a stranger would not answer our password. */
async function isServerOf({ data }: Cluster, pid: number): Promise<boolean> {
  const command = await commandLine(pid);
  return command === null || `${command.trimEnd()} `.includes(`-D ${data} `);
}

async function commandLine(pid: number): Promise<string | null> {
  try {
    if (process.platform !== 'linux') {
      return (await promisify(execFile)('ps', ['-ww', '-o', 'command=', '-p', String(pid)])).stdout;
    }
    return (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ');
  } catch {
    return null;
  }
}

/** A TCP port of the loopback address that was free a moment ago. */
export async function findFreePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

/**
 * Starts the server in a process group of its own: a Ctrl-C in the terminal goes to us alone, and we end it in order.
 * Returns at once; it answers on the port some time later.
 */
export async function launchPostmaster(cluster: Cluster, port: number): Promise<Launch> {
  await disownRecycledPid(cluster);
  await boundLog(cluster);
  const log = await open(cluster.logFile, 'a', 0o600);
  const { size } = await log.stat();
  const args = ['-D', cluster.data, '-p', String(port), ...SETTINGS];
  const child = spawnAs(cluster.user, cluster.binaries.postgres, args, {
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
  });
  const launch: Launch = { pid: child.pid, failure: null };
  child.once('error', (error) => (launch.failure = error.message));
  child.once('exit', () => {
    void readFile(cluster.logFile).then(
      (text) => (launch.failure = text.subarray(size).toString()),
      (error: Error) => (launch.failure = error.message),
    );
  });
  child.unref();
  await log.close();
  return launch;
}

/** Keeps the log at some megabytes: what is too long becomes the one old copy. The server goes on appending. */
export async function boundLog({ logFile }: Cluster): Promise<void> {
  const size = await stat(logFile).then(
    (file) => file.size,
    () => 0,
  );
  if (size <= MAX_LOG_BYTES) return;
  // On a full disk the old part is given up.
  await copyFile(logFile, `${logFile}.old`).catch(() => undefined);
  await truncate(logFile);
}

/** Ends a server: connections are cut, everything is written. On a disk too slow for that, recovery does the rest. */
export async function stopPostmaster(cluster: Cluster, pid: number): Promise<void> {
  for (const [signal, timeoutMs] of [
    ['SIGINT', FAST_SHUTDOWN_MS],
    ['SIGQUIT', IMMEDIATE_SHUTDOWN_MS],
  ] as const) {
    const deadline = Date.now() + timeoutMs;
    send(pid, signal);
    while (Date.now() < deadline) {
      if ((await findPostmaster(cluster))?.pid !== pid) return;
      await delay(POLL_MS);
    }
  }
}
