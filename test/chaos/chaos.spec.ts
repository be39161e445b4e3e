import { describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { playRound } from './rounds.js';

const { ci, fixed } = JSON.parse(await readFile(new URL('./seeds.json', import.meta.url), 'utf8')) as {
  ci: number[];
  fixed: number[];
};

describe('random changes, kills and faults', () => {
  it.each([
    ...ci.map((seed) => ({ seed, sessions: 3 })),
    // Found when a round had one session.
    ...fixed.map((seed) => ({ seed, sessions: 1 })),
  ])("converge to the phone's address book (seed $seed, $sessions sessions)", async ({ seed, sessions }) => {
    const { differences } = await playRound(seed, sessions);
    expect(differences).toEqual([]);
  });
});
