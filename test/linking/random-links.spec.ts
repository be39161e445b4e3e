import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LinkPlayer } from './link-player.js';
import { scenarios } from './link-scenario.js';

/** npm run test:links plays any number of them. */
const COUNT = 8;
const SEED = 4711;

let player: LinkPlayer;

beforeAll(async () => {
  player = await LinkPlayer.start();
});

afterAll(async () => {
  await player.stop();
  expect(player.world.server.errors).toEqual([]);
});

describe('an attempt to link', () => {
  it.each(scenarios(COUNT, SEED).map((scenario) => [JSON.stringify(scenario), scenario] as const))(
    'links, or reports a reason and is followed by one that links: %s',
    async (_name, scenario) => {
      const outcome = await player.play(scenario);
      if (outcome !== 'linked') expect(outcome.why).toMatch(/\w/);
    },
  );
});
