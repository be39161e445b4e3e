import { Agent, get } from 'node:http';

/**
 * Requests each path continuously, with a pause of PROBE_PAUSE_MS, and replies to each message with the latencies since
 * the previous message, in ms. Runs in a separate process, so that only the service affects the latencies. PROBE_KEY is
 * the API key.
 */
const PAUSE_MS = Number(process.env.PROBE_PAUSE_MS ?? 10);
const headers = process.env.PROBE_KEY ? { authorization: `Bearer ${process.env.PROBE_KEY}` } : {};
const agent = new Agent({ keepAlive: true });
const [port, ...paths] = process.argv.slice(2);
let latencies: Record<string, number[]> = {};

function ask(path: string): Promise<void> {
  return new Promise((resolve) => {
    const startedAtMs = performance.now();
    const done = () => {
      (latencies[path] ??= []).push(performance.now() - startedAtMs);
      resolve();
    };
    get({ agent, host: '127.0.0.1', port, path, headers }, (response) =>
      response.resume().on('end', done),
    ).on('error', done);
  });
}

async function askForEver(path: string): Promise<never> {
  for (;;) {
    await ask(path);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

process.on('message', () => {
  process.send?.(latencies);
  latencies = {};
});
for (const path of paths) void askForEver(path);
