import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { help } from './commands.js';
import { takeCommands } from './console.js';
import { createDemoWorld, type DemoWorld } from './demo-people.js';
import { WhatsAppServer } from './whatsapp-server.js';

/** What the demonstration reads of the body of `GET /session`. */
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

/** The session as the service tells it; undefined while it does not answer yet. */
async function session(): Promise<Session | undefined> {
  try {
    const response = await fetch(`${SERVICE_URL}/session`);
    return response.ok ? ((await response.json()) as Session) : undefined;
  } catch {
    return undefined;
  }
}

/** Asks for the session until it is as wished: the API has nothing to wait on. */
async function sessionWhen(wished: (session: Session) => boolean, service: ChildProcess): Promise<Session> {
  const giveUpAt = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < giveUpAt) {
    if (service.exitCode !== null) throw new Error(`the service ended with exit code ${service.exitCode}`);
    const current = await session();
    if (current && wished(current)) return current;
    await pause(POLL_MS);
  }
  throw new Error(`${SERVICE_URL}/session did not become ready within ${START_TIMEOUT_MS} ms`);
}

function startService(server: WhatsAppServer, dataDir: string): ChildProcess {
  const env = { LOG_LEVEL: 'warn', ...process.env, ...server.environment(), PORT, DATA_DIR: dataDir };
  // In a process group of its own, so that Ctrl-C reaches it through this program, in order.
  return spawn(process.execPath, ['dist/main.js'], {
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: true,
  });
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
  console.log(`Waiting for the service at ${SERVICE_URL} to show a QR code …`);
  const offersQr = ({ status, qr }: Session): boolean => status === 'open' || qr !== null;
  if ((await sessionWhen(offersQr, service)).status !== 'open') {
    await phone.scan(async () => (await sessionWhen(offersQr, service)).qr ?? '');
  }
  const open = await sessionWhen(
    ({ status, contacts }) => status === 'open' && contacts.sync === 'complete',
    service,
  );
  console.log(`Linked; ${open.contacts.count} contacts. Try in another terminal:

  curl ${SERVICE_URL}/getcontacts
  curl '${SERVICE_URL}/getcontact?phone=491701234567'
  curl ${SERVICE_URL}/session

and here, to see the service follow:

  save 491701234567 "Anna Schmidt" Anna
  text 40721234567 hello

${help()}
`);
}

/** Otherwise whatever answers there would be taken for the service. */
async function requirePort(): Promise<void> {
  const probe = createServer().listen(Number(PORT), '127.0.0.1');
  await once(probe, 'listening').catch(() => {
    throw new Error(
      `Another program uses the port ${PORT}. Set PORT to a free one, for example PORT=8889 npm run demo.`,
    );
  });
  probe.close();
  await once(probe, 'close');
}

/** Starts a WhatsApp server and the service, links them, and takes commands. */
async function main(): Promise<void> {
  await requirePort();
  const server = await WhatsAppServer.start();
  const world = await createDemoWorld(server);
  const temporary = process.env.DATA_DIR
    ? undefined
    : await mkdtemp(join(tmpdir(), 'whatsapp-contacts-demo-'));
  const service = startService(server, process.env.DATA_DIR ?? temporary ?? '');
  try {
    const commands = takeCommands(world);
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
