import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { WhatsAppServer } from '../whatsapp-server/whatsapp-server.js';

const run = promisify(execFile);

/**
 * As server.environment(), for processes whose memory is measured: it attaches the session's thread alone, as the main
 * thread of the service never loads Baileys.
 */
export function workerEnvironment(server: WhatsAppServer): Record<string, string> {
  const preload = `--import=${new URL('./worker-preload.mjs', import.meta.url).href}`;
  return { ...server.environment(), NODE_OPTIONS: preload };
}

/** Resident memory of a process in MB; 0 when it is gone. */
export async function residentMb(pid: number | undefined): Promise<number> {
  const { stdout } = await run('ps', ['-o', 'rss=', '-p', String(pid)]).catch(() => ({ stdout: '0' }));
  return Math.round(Number(stdout.trim() || 0) / 1024);
}

/** Resident memory of a process and of all processes below it in MB; 0 when it is gone. */
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

/** Looks at a process's resident memory every now and then, until stopped. */
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
