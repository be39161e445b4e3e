import { readFile } from 'node:fs/promises';

/** Unit of user and system time in /proc. USER_HZ is 100 on every Linux. */
const TICK_MS = 10;

/** Returns the CPU time of a process in ms. On a busy machine, it varies less than elapsed time. */
export async function cpuMs({ pid }: { pid?: number | undefined }): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}
