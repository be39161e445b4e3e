import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { playRound } from './rounds.js';

const { ci, fixed } = JSON.parse(await readFile(new URL('./seeds.json', import.meta.url), 'utf8')) as {
  ci: number[];
  fixed: number[];
};

describe('the address book in a random round', () => {
  it.each([...ci, ...fixed])('converges to the address book of the phone (seed %i)', async (seed) => {
    const { differences } = await playRound(seed);
    expect(differences).toEqual([]);
  });
});
