import { describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { playRound } from './rounds.js';

const { ci, fixed } = JSON.parse(await readFile(new URL('./seeds.json', import.meta.url), 'utf8')) as {
  ci: number[];
  fixed: number[];
};

describe('random changes, kills and faults', () => {
  it.each([...ci, ...fixed])("converge to the phone's address book (seed %i)", async (seed) => {
    const { differences } = await playRound(seed);
    expect(differences).toEqual([]);
  });
});
