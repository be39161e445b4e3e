import { help } from './commands.js';
import { controlUrl, serveCommands, takeCommands } from './console.js';
import { createDemoWorld } from './demo-people.js';
import { WhatsAppServer } from './whatsapp-server.js';

/** Starts a WhatsApp server with an account and some people, and takes commands. */
async function main(): Promise<void> {
  const server = await WhatsAppServer.start({ port: Number(process.env.WHATSAPP_SERVER_PORT ?? 0) });
  const world = await createDemoWorld(server);
  const control = await serveCommands(world, Number(process.env.CONTROL_PORT ?? 0));
  const environment = Object.entries(server.environment()).map(([name, value]) => `${name}='${value}'`);
  console.log(`A WhatsApp server listens at ${server.url}; the account is ${world.phone.number}.

To attach the service, start it in another terminal with:

  ${environment.join(' \\\n  ')} \\
  node dist/main.js

Then link it: take the "qr" of GET /session and type "scan <qr>" here, or send it:

  curl ${controlUrl(control)} -d 'scan <qr>'

Commands, here or over HTTP:

${help()}
`);
  await takeCommands(world);
  control.close();
  control.closeAllConnections();
  await server.stop();
}

await main();
