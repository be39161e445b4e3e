import { help } from './commands.js';
import { controlUrl, readCommands, serveCommands } from './console.js';
import { createDemoWorld } from './demo-world.js';
import { WhatsAppServer } from './whatsapp-server.js';

/** Starts a WhatsApp server with an account and some contacts, and runs commands. */
async function main(): Promise<void> {
  const server = await WhatsAppServer.start({ port: Number(process.env.WHATSAPP_SERVER_PORT ?? 0) });
  const world = await createDemoWorld(server);
  const control = await serveCommands(world, Number(process.env.CONTROL_PORT ?? 0));
  const environment = Object.entries(server.environment()).map(([name, value]) => `${name}='${value}'`);
  console.log(`The WhatsApp server is listening at ${server.url}. The account is ${world.phone.number}.

To connect the service to it, start the service in another terminal:

  ${environment.join(' \\\n  ')} \\
  node dist/main.js

To link the service, copy "qr" from GET /session and enter "scan <qr>" here, or run:

  curl ${controlUrl(control)} -d 'scan <qr>'

Commands, entered here or sent over HTTP:

${help()}
`);
  await readCommands(world);
  control.close();
  control.closeAllConnections();
  await server.stop();
}

await main();
