import { randomInt } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import setUp from '../support/global-setup.mjs';
import tearDown from '../support/global-teardown.mjs';
import type { Outcome } from './driver.js';
import { playRound, scenariosOf, shrinkRound } from './rounds.js';

const SEEDS = new URL('./seeds.json', import.meta.url);
const MAX_SHRINKING_ROUNDS = 40;

const [rounds = '20', firstSeed = String(randomInt(2 ** 30))] = process.argv.slice(2);
const parallel = Number(process.env.CHAOS_PARALLEL ?? 2);
const outcomes = new Map<number, Outcome>();

async function play(seed: number): Promise<void> {
  const startedAtMs = performance.now();
  const outcome = await playRound(seed).catch((error: Error): Outcome => ({
    namesRight: false,
    pushNamesRight: false,
    kills: 0,
    differences: [error.stack ?? error.message],
  }));
  outcomes.set(seed, outcome);
  const verdict = outcome.differences.length === 0 ? 'the truth' : 'FAILED';
  const steps = scenariosOf(seed).reduce((sum, { after }) => sum + after.length, 0);
  console.log(
    `${outcomes.size}. seed ${seed}: ${steps} steps, ${outcome.kills} kills, ${Math.round(performance.now() - startedAtMs)} ms: ${verdict}`,
  );
  if (outcome.differences.length === 0) return;
  console.log(`${outcome.differences.join('\n')}\nTo run it again: npm run test:chaos -- 1 ${seed}`);
  await remember(seed);
}

async function remember(seed: number): Promise<void> {
  const kept = JSON.parse(await readFile(SEEDS, 'utf8')) as {
    ci: number[];
    failed: number[];
    fixed: number[];
  };
  if (kept.failed.includes(seed)) return;
  await writeFile(SEEDS, `${JSON.stringify({ ...kept, failed: [...kept.failed, seed] }, null, 2)}\n`);
}

async function worker(seeds: number[]): Promise<void> {
  for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) await play(seed);
}

await setUp();
try {
  const seeds = Array.from({ length: Number(rounds) }, (_, at) => Number(firstSeed) + at);
  await Promise.all(Array.from({ length: parallel }, () => worker(seeds)));
  const all = [...outcomes.entries()];
  const failed = all.filter(([, { differences }]) => differences.length > 0).map(([seed]) => seed);
  const count = (pick: (outcome: Outcome) => boolean) => all.filter(([, outcome]) => pick(outcome)).length;
  console.log(
    `${all.length} rounds, ${all.reduce((sum, [, { kills }]) => sum + kills, 0)} kills: names right in ` +
      `${count(({ namesRight }) => namesRight)}, push names right in ${count(({ pushNamesRight }) => pushNamesRight)}, ` +
      `settled in ${all.length - failed.length}`,
  );
  if (process.env.CHAOS_SHRINK && failed[0] !== undefined) {
    console.log(JSON.stringify(await shrinkRound(failed[0], MAX_SHRINKING_ROUNDS), null, 2));
  }
  process.exitCode = failed.length === 0 ? 0 : 1;
} finally {
  await tearDown();
}
