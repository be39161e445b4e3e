import fc from 'fast-check';
import { Driver, type Outcome } from './driver.js';
import { type Scenario, scenarios } from './steps.js';

/** The scenario that belongs to a seed. */
export function scenarioOf(seed: number): Scenario {
  const [scenario] = fc.sample(scenarios, { seed, numRuns: 1 });
  return scenario as Scenario;
}

/** Plays the round of a seed. */
export function playRound(seed: number): Promise<Outcome> {
  return Driver.run(scenarioOf(seed));
}

/** Looks for the smallest scenario that fails as the one of the seed does; takes many rounds. */
export async function shrinkRound(seed: number, maxRounds: number): Promise<Scenario | null> {
  let rounds = 0;
  const property = fc.asyncProperty(scenarios, async (scenario) => {
    rounds += 1;
    if (rounds > maxRounds) return true;
    return (await Driver.run(scenario)).differences.length === 0;
  });
  const { counterexample } = await fc.check(property, { seed, numRuns: 1 });
  return counterexample?.[0] ?? null;
}
