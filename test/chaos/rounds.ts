import fc from 'fast-check';
import { Driver, type Outcome } from './driver.js';
import { type Scenario, scenarios } from './steps.js';

/** Sessions of one service that a round happens to. */
const SESSIONS = 3;
const SEEDS_APART = 1_000_003;

const rounds = fc.array(scenarios, { minLength: 1, maxLength: SESSIONS });

/** The scenarios that belong to a seed, one for each session. */
export function scenariosOf(seed: number): Scenario[] {
  return Array.from({ length: SESSIONS }, (_, at) => {
    const [scenario] = fc.sample(scenarios, { seed: seed + at * SEEDS_APART, numRuns: 1 });
    return scenario as Scenario;
  });
}

/** Plays the round of a seed. */
export function playRound(seed: number): Promise<Outcome> {
  return Driver.run(scenariosOf(seed));
}

/** Looks for the smallest round that fails, beginning with the one of the seed; takes many rounds. */
export async function shrinkRound(seed: number, maxRounds: number): Promise<Scenario[] | null> {
  let played = 0;
  const property = fc.asyncProperty(rounds, async (round) => {
    played += 1;
    if (played > maxRounds) return true;
    return (await Driver.run(round)).differences.length === 0;
  });
  const { counterexample } = await fc.check(property, { seed, numRuns: 1, examples: [[scenariosOf(seed)]] });
  return counterexample?.[0] ?? null;
}
