import { randomInt } from 'node:crypto';
import setUp from '../support/global-setup.mjs';
import tearDown from '../support/global-teardown.mjs';
import { LinkPlayer } from './link-player.js';
import { type LinkScenario, scenarios } from './link-scenario.js';

/** Random attempts to link: npm run test:links -- [count] [seed] */
const [count = '20', seed = String(randomInt(2 ** 30))] = process.argv.slice(2);
const parallel = Number(process.env.LINKS_PARALLEL ?? 2);
const counts = { linked: 0, reported: 0, failed: 0 };

async function play(player: LinkPlayer, scenario: LinkScenario): Promise<void> {
  const startedAtMs = performance.now();
  const outcome = await player.play(scenario).catch((error: Error) => error);
  const tookMs = Math.round(performance.now() - startedAtMs);
  if (outcome === 'linked') counts.linked += 1;
  else if (outcome instanceof Error) counts.failed += 1;
  else counts.reported += 1;
  const said =
    outcome === 'linked' ? 'linked' : outcome instanceof Error ? `FAILED: ${outcome.message}` : outcome.why;
  console.log(`${JSON.stringify(scenario)} (${tookMs} ms): ${said}`);
}

async function worker(queue: LinkScenario[]): Promise<void> {
  const player = await LinkPlayer.start();
  for (let next = queue.shift(); next; next = queue.shift()) await play(player, next);
  await player.stop();
}

await setUp();
try {
  const queue = scenarios(Number(count), Number(seed));
  await Promise.all(Array.from({ length: parallel }, () => worker(queue)));
  console.log(
    `${count} attempts (seed ${seed}): ${counts.linked} linked at once, ${counts.reported} reported a reason and linked at ` +
      `the next attempt, ${counts.failed} failed`,
  );
  process.exitCode = counts.failed > 0 ? 1 : 0;
} finally {
  await tearDown();
}
process.exit();
