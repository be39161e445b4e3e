import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../support/service.js';
import { type SoakSession, SoakWorld } from './soak-world.js';

/**
 * `npm run test:kills -- [kills] [seed]`: sends kill -9 repeatedly to the lease holder of the default session, with two
 * replicas of each role, while contacts change. Prints how long no process was connected. Exits with code 1 if that
 * took more than 20 s, if two processes were connected at once, or if the address book differs from the phone.
 */
const kills = Number(process.argv[2] ?? 50);
const seed = Number(process.argv[3] ?? Date.now() % 1_000_000);
const TAKEOVER_LIMIT_MS = 20_000;
const GIVE_UP_MS = 60_000;

const world = await SoakWorld.start(seed);
const { fleet, random, sessions } = world;
const phone = (sessions[0] as SoakSession).phone;
console.log(`${kills} kills, seed ${seed}`);
const over = new AbortController();
const changing = Promise.all(sessions.map(({ changes }) => changes.until(() => over.signal.aborted)));
const logins = () => phone.companions[0]?.logins ?? 0;
const seconds = (ms: number | undefined) => `${((ms ?? 0) / 1000).toFixed(1)} s`;

const takeoversMs: number[] = [];
const problems: string[] = [];
for (let kill = 1; kill <= kills && problems.length === 0; kill += 1) {
  await sleep(random.int(0, 3_000));
  const owner = await eventually('a process holds the lease', async () => fleet.owner);
  const before = logins();
  const startedAtMs = performance.now();
  const replaced = fleet.replace(owner, 'SIGKILL');
  const isBack = async () => logins() > before && phone.companions[0]?.online;
  await eventually('the device logs in again', isBack, GIVE_UP_MS).catch((error: Error) =>
    problems.push(error.message),
  );
  const tookMs = performance.now() - startedAtMs;
  takeoversMs.push(tookMs);
  if (tookMs > TAKEOVER_LIMIT_MS) problems.push(`the session was away for ${seconds(tookMs)}`);
  await replaced;
  console.log(`${new Date().toISOString()} kill ${kill}: ${seconds(tookMs)}`);
}
over.abort();
await changing;
takeoversMs.sort((a, b) => a - b);
const [median, longest] = [takeoversMs[takeoversMs.length >> 1], takeoversMs.at(-1)];
const line = `Kills: ${takeoversMs.length}; away for ${seconds(median)} (median), ${seconds(longest)} (longest)`;
await world.finish({ lines: [line], problems, frozenOwners: 0 });
