import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { runCommand } from './commands.js';
import type { DemoWorld } from './demo-world.js';

/** Runs commands from standard input until `quit`, Ctrl-C or SIGTERM. */
export async function readCommands(world: DemoWorld): Promise<void> {
  const lines = createInterface({ input: process.stdin, terminal: process.stdin.isTTY });
  const stopped = new AbortController();
  const stop = (): void => stopped.abort();
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  lines.once('SIGINT', stop);
  lines.on('line', (line) => {
    if (line.trim() === 'quit') return stop();
    runCommand(world, line).then(
      (answer) => console.log(answer),
      (error: Error) => console.error(`Error: ${error.message}`),
    );
  });
  // Without a terminal, standard input can end immediately. In that case, only a signal stops the program.
  await once(stopped.signal, 'abort');
  lines.close();
}

/** Runs commands from the bodies of HTTP POST requests, for scripts. */
export async function serveCommands(world: DemoWorld, port: number): Promise<Server> {
  const http = createServer((request, response) => {
    const answer = async (): Promise<string> => runCommand(world, await text(request));
    answer().then(
      (result) => response.end(`${result}\n`),
      (error: Error) => response.writeHead(400).end(`Error: ${error.message}\n`),
    );
  });
  http.listen(port, '127.0.0.1');
  await once(http, 'listening');
  return http;
}

/** Returns the URL that accepts commands. */
export function controlUrl(http: Server): string {
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
}
