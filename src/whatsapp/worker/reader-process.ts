import { toMessage } from '../reading/reader-errors.js';
import {
  ALIVE_EVERY_MS,
  type Call,
  type FromReader,
  type Job,
  type JobName,
  type ToReader,
} from '../reading/reader-protocol.js';

/**
 * Entry point of a reader process: reads one untrusted input of any size, and exits. It loads neither Baileys nor a
 * database client, so that it starts in 50 ms and uses 45 MB.
 */
const JOBS: Record<JobName, () => Promise<Job<never, unknown>>> = {
  history: async () => (await import('../history/history-job.js')).readHistory,
  collection: async () => (await import('../app-state/page-job.js')).readPage,
};

const answers = new Map<number, (value: unknown) => void>();
let lastCall = 0;

/** Resolves when the message has been passed to the operating system. */
const send = (message: FromReader) =>
  new Promise<void>((resolve) => process.send?.(message, undefined, undefined, () => resolve()));

const call: Call = (method, argument) =>
  new Promise((resolve) => {
    const id = (lastCall += 1);
    answers.set(id, resolve);
    void send({ kind: 'call', id, method, argument });
  });

async function run({ job, input }: Extract<ToReader, { kind: 'start' }>): Promise<void> {
  try {
    const read = await JOBS[job]();
    await send({ kind: 'done', result: await read(input as never, call) });
  } catch (error) {
    await send(toMessage(error));
  }
}

process.on('message', (message: ToReader) => {
  if (message.kind === 'start') return void run(message);
  answers.get(message.id)?.(message.value);
  answers.delete(message.id);
});
// The session thread is gone, or no longer needs this process.
process.on('disconnect', () => process.exit());

function reportAlive(): void {
  const { user, system } = process.cpuUsage();
  const residentMb = process.memoryUsage.rss() / 2 ** 20;
  void send({ kind: 'alive', cpuMs: (user + system) / 1_000, residentMb });
}
reportAlive();
setInterval(reportAlive, ALIVE_EVERY_MS);
