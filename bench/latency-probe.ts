import { Agent, get } from 'node:http';

/**
 * A process of its own, so that nothing but the service itself delays what it measures: asks each path over and over,
 * and answers each message with the latencies since the one before, in ms. Between two questions for a path it pauses for
 * PROBE_PAUSE_MS. With PROBE_KEY as its API key.
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
