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
  /** Whether it accepts connections. False during recovery and shutdown. */
  ready: boolean;
}

/** A server that was started, and may have exited. */
export interface Launch {
  /** Undefined if it could not be started. */
  pid: number | undefined;
  /** Output of the server after it has exited; null until then. */
  failure: string | null;
}

const MAX_LOG_BYTES = 5_000_000;
const FAST_SHUTDOWN_MS = 3_500;
const IMMEDIATE_SHUTDOWN_MS = 1_000;
const POLL_MS = 20;

/** Statement errors are not logged, because their texts may contain names. The service logs them itself. */
const SETTINGS = Object.entries({
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  shared_buffers: '64MB',
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_checkpoints: 'off',
}).flatMap(([name, value]) => ['-c', `${name}=${value}`]);

/**
 * Finds the server that runs on this data directory, including one that survived its Node.js process. Reads
 * postmaster.pid: the PID in line 1, the port in line 4, the state in line 8 (LOCK_FILE_LINE_* in Postgres' pidfile.h).
 * @returns null if no server is running
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
 * Makes Postgres start although the PID in a stale postmaster.pid belongs to another process, for example after a
 * reboot. Postgres ignores the PID of its parent, so the file gets that of this process. Deleting the file would
 * disable its check for stale shared memory, which uses the other lines.
 */
async function disownRecycledPid(cluster: Cluster): Promise<void> {
  const [pid, ...rest] = await readPidFile(cluster);
  if (!Number(pid) || !isAlive(Number(pid)) || (await isServerOf(cluster, Number(pid)))) return;
  await writeFile(pidFile(cluster), [process.pid, ...rest].join('\n'));
}

const isAlive = (pid: number) => send(pid, 0);

/** Sends a signal. @returns whether the process exists */
function send(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Compares the command line. If it is unknown, returns true: another server would not accept the password. */
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

/** Returns a TCP port of the loopback address that is free at the moment. */
export async function findFreePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

/**
 * Starts the server in a separate process group, so that it does not receive Ctrl-C of the terminal before the service
 * has stopped. Returns before the server accepts connections.
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

/** Copies a log that is too large to `.old` and truncates it. The server continues to append to it. */
export async function boundLog({ logFile }: Cluster): Promise<void> {
  const size = await stat(logFile).then(
    (file) => file.size,
    () => 0,
  );
  if (size <= MAX_LOG_BYTES) return;
  // If the disk is full, the old entries are lost.
  await copyFile(logFile, `${logFile}.old`).catch(() => undefined);
  await truncate(logFile);
}

/** Shuts a server down. If the disk is too slow to write all data in time, the next start recovers the rest. */
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
