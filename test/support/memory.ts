import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { WhatsAppServer } from '../whatsapp-server/whatsapp-server.js';

const run = promisify(execFile);

/**
 * Like server.environment(), but attaches only the session thread, because the main thread of the service never loads
 * Baileys. This saves memory and start-up time.
 */
export function workerEnvironment(server: WhatsAppServer): Record<string, string> {
  const preload = `--import=${new URL('./worker-preload.mjs', import.meta.url).href}`;
  return {
    ...server.environment(),
    NODE_OPTIONS: [process.env.NODE_OPTIONS, preload].filter(Boolean).join(' '),
  };
}

/** Returns the resident memory of a process in MB; 0 if it has exited. */
export async function residentMb(pid: number | undefined): Promise<number> {
  const { stdout } = await run('ps', ['-o', 'rss=', '-p', String(pid)]).catch(() => ({ stdout: '0' }));
  return Math.round(Number(stdout.trim() || 0) / 1024);
}

/** Returns the resident memory of a process and its descendants in MB; 0 if it has exited. */
export async function residentTreeMb(pid: number | undefined): Promise<number> {
  const { stdout } = await run('ps', ['-eo', 'pid=,ppid=,rss=']);
  const all = stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number) as [number, number, number]);
  const tree = new Set([pid]);
  // A child may be listed before its parent.
  for (let size = 0; size < tree.size;) {
    size = tree.size;
    for (const [child, parent] of all) if (tree.has(parent)) tree.add(child);
  }
  const kilobytes = all.filter(([each]) => tree.has(each)).reduce((sum, [, , rss]) => sum + rss, 0);
  return Math.round(kilobytes / 1024);
}

/** Samples the resident memory of a process until it is stopped. */
export class MemoryWatch {
  readonly samplesMb: number[] = [];
  private readonly timer: NodeJS.Timeout;

  constructor(
    readonly pid: number | undefined,
    everyMs: number,
    look: (pid: number | undefined) => Promise<number> = residentMb,
  ) {
    this.timer = setInterval(() => {
      void look(pid).then((mb) => {
        if (mb > 0) this.samplesMb.push(mb);
      });
    }, everyMs);
  }

  get peakMb(): number {
    return Math.max(0, ...this.samplesMb);
  }

  get lastMb(): number {
    return this.samplesMb.at(-1) ?? 0;
  }

  stop(): void {
    clearInterval(this.timer);
  }
}
