import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { help } from './commands.js';
import { readCommands } from './console.js';
import { createDemoWorld, type DemoWorld } from './demo-world.js';
import { WhatsAppServer } from './whatsapp-server.js';

/** Fields of `GET /session` that the demo uses. */
interface Session {
  readonly status: string;
  readonly qr: string | null;
  readonly contacts: { readonly count: number; readonly sync: string };
}

const PORT = process.env.PORT ?? '8888';
const SERVICE_URL = `http://localhost:${PORT}`;
const POLL_MS = 250;
const START_TIMEOUT_MS = 120_000;
const STOP_TIMEOUT_MS = 15_000;

/** Fetches the session; undefined if the service does not respond yet. */
async function session(): Promise<Session | undefined> {
  try {
    const response = await fetch(`${SERVICE_URL}/session`);
    return response.ok ? ((await response.json()) as Session) : undefined;
  } catch {
    return undefined;
  }
}

/** Polls the session until it matches, because the API cannot wait for it. */
async function sessionWhen(matches: (session: Session) => boolean, service: ChildProcess): Promise<Session> {
  const giveUpAt = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < giveUpAt) {
    if (service.exitCode !== null) throw new Error(`The service exited with code ${service.exitCode}.`);
    const current = await session();
    if (current && matches(current)) return current;
    await pause(POLL_MS);
  }
  throw new Error(`The session at ${SERVICE_URL}/session was not ready within ${START_TIMEOUT_MS / 1000} s.`);
}

function startService(server: WhatsAppServer, dataDir: string): ChildProcess {
  const env = { LOG_LEVEL: 'warn', ...process.env, ...server.environment(), PORT, DATA_DIR: dataDir };
  // In its own process group, so that Ctrl-C does not reach it before this program stops it. Its output is not a
  // terminal, so that it does not print QR codes that nothing needs to scan.
  const service = spawn(process.execPath, ['dist/main.js'], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  service.stdout.pipe(process.stdout);
  return service;
}

async function stopService(service: ChildProcess): Promise<void> {
  if (service.exitCode !== null || service.signalCode !== null) return;
  const ended = once(service, 'exit');
  service.kill('SIGTERM');
  const killer = setTimeout(() => service.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await ended;
  clearTimeout(killer);
}

async function show({ phone }: DemoWorld, service: ChildProcess): Promise<void> {
  console.log(`Waiting for the QR code of the service at ${SERVICE_URL} …`);
  const offersQr = ({ status, qr }: Session): boolean => status === 'open' || qr !== null;
  if ((await sessionWhen(offersQr, service)).status !== 'open') {
    await phone.scan(async () => (await sessionWhen(offersQr, service)).qr ?? '');
  }
  const open = await sessionWhen(
    ({ status, contacts }) => status === 'open' && contacts.sync === 'complete',
    service,
  );
  console.log(`Linked. ${open.contacts.count} contacts are synced. To simulate changes, enter commands here, for example:

  save 491701234567 "Anna Schmidt" Anna
  text 40721234567 hello

All commands:

${help()}

To read the contacts, run these commands in another terminal:

  curl ${SERVICE_URL}/getcontacts
  curl '${SERVICE_URL}/getcontact?phone=491701234567'
  curl ${SERVICE_URL}/session

Or open ${SERVICE_URL} in a browser, and see the changes there at once.`);
}

/** Checks that the port is free. Otherwise, the demo could use another program as the service. */
async function requirePort(): Promise<void> {
  const probe = createServer().listen(Number(PORT), '127.0.0.1');
  await once(probe, 'listening').catch(() => {
    throw new Error(`Port ${PORT} is in use. Set PORT to a free port, for example: PORT=8889 npm run demo`);
  });
  probe.close();
  await once(probe, 'close');
}

/** Starts a WhatsApp server and the service, links them, and runs commands. */
async function main(): Promise<void> {
  await requirePort();
  const server = await WhatsAppServer.start();
  const world = await createDemoWorld(server);
  const temporary = process.env.DATA_DIR
    ? undefined
    : await mkdtemp(join(tmpdir(), 'whatsapp-contacts-demo-'));
  const service = startService(server, process.env.DATA_DIR ?? temporary ?? '');
  try {
    const commands = readCommands(world);
    await Promise.race([show(world, service).then(() => commands), commands]);
  } finally {
    await stopService(service);
    await server.stop();
    if (temporary) await rm(temporary, { recursive: true, force: true });
  }
}

try {
  await main();
  process.exit();
} catch (error) {
  console.error((error as Error).message);
  process.exit(1);
}
