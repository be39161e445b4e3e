/**
 * A rolling restart of two API replicas and a hand-over of session processes under load, seen through /metrics alone:
 * `npx tsx test/operations/watch-restarts.ts`.
 */
import { Agent, get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { scrape, type Series, sum } from '../ops/metrics-reader.js';
import { freePort } from '../support/free-port.js';
import { openScratchDatabase } from '../support/scratch-database.js';
import { Service } from '../support/service.js';
import { WhatsAppServer } from '../whatsapp-server/whatsapp-server.js';

const PREFIX = 'whatsapp_contacts';
const CALLERS = 8;

const [server, database] = await Promise.all([WhatsAppServer.start(), openScratchDatabase()]);
const phone = server.createPhone({ number: '491701230000', pushName: 'Owner' });
await phone.saveContact({ number: '491701234567', fullName: 'Anna Adler', firstName: 'Anna' });
const ports = await Promise.all([freePort(), freePort()]);
const environment = { ...server.environment(), DATABASE_URL: database.url, LOG_LEVEL: 'warn' };
const startApi = (at: number) => Service.start({ ...environment, ROLE: 'api', PORT: String(ports[at]) });
const startSession = () => Service.start({ ...environment, ROLE: 'session' });
const apis = await Promise.all([startApi(0), startApi(1)]);
const sessions = await Promise.all([startSession(), startSession()]);
await phone.scan(() => apis[0]?.qr());
await apis[0]?.synced();

let answered = 0;
let failed = 0;
let isOver = false;
/** As a load balancer does: another replica where one refuses the connection. */
const call = (at: number, agent: Agent, isSecond = false): Promise<void> =>
  new Promise((resolve) => {
    const request = get(
      { port: ports[at % 2], path: '/getcontact?phone=491701234567', agent },
      (response) => {
        response.resume().once('end', () => {
          if (response.statusCode === 200) answered += 1;
          else failed += 1;
          resolve();
        });
      },
    );
    request.once('error', () => {
      if (isSecond) failed += 1;
      resolve(isSecond ? undefined : call(at + 1, agent, true));
    });
  });
const callers = Array.from({ length: CALLERS }, async (_, caller) => {
  const agent = new Agent({ keepAlive: true });
  for (let n = caller; !isOver; n += 1) await call(n, agent);
});

const total = (all: Series[], name: string, ...labels: string[]) =>
  all.reduce((before, series) => before + sum(series, `${PREFIX}_${name}`, ...labels), 0);
const tell = async (what: string) => {
  const live = [...apis, ...sessions].filter((service) => service.isRunning);
  const all = await Promise.all(live.map((service) => scrape(service)));
  const max = Math.max(...all.map((series) => sum(series, `${PREFIX}_deployment_sessions`, '"unattended"')));
  console.log(
    `${what.padEnd(34)} processes ${all.length}  requests ${total(all, 'http_request_duration_seconds_count', '/getcontact')}` +
      `  5xx ${total(all, 'http_request_duration_seconds_count', 'status="5')}  open ${total(all, 'sessions', '"open"')}` +
      `  unattended ${max}  claimed ${total(all, 'session_leases_total', 'claimed')}  released ${total(all, 'session_leases_total', 'released')}` +
      `  lost ${total(all, 'session_leases_total', 'lost')}  lag ${total(all, 'sync_lag_seconds').toFixed(1)} s`,
  );
};

await sleep(2_000);
await tell('before');
for (const at of [0, 1]) {
  await apis[at]?.stop();
  await tell(`API ${at} stopped`);
  apis[at] = await startApi(at);
  await sleep(1_000);
  await tell(`API ${at} restarted`);
}
const holders = await Promise.all(
  sessions.map(async (each) => sum(await scrape(each), `${PREFIX}_sessions`, '"open"')),
);
const holder = sessions[holders.indexOf(1)];
await holder?.stop();
await tell('session process stopped');
await sleep(2_500);
await tell('2.5 s later');
sessions.push(await startSession());
await tell('a session process started');
isOver = true;
await Promise.all(callers);
console.log(`callers: ${answered} answers, ${failed} failures; conflicts at WhatsApp: ${server.conflicts}`);
await Promise.all([...apis, ...sessions].map((service) => service.stop()));
await Promise.all([server.stop(), database.close()]);
process.exit(0);
