import { describe, expect, it } from '@jest/globals';
import { cleanAbout, cleanName, cleanUsername, MAX_NAME_LENGTH } from './clean-name.js';

const FAMILY = '👩‍👩‍👧';

describe('a name', () => {
  it('is stored unchanged when it is of a sensible length', () => {
    const name = ` "Ünïcode" \\ back\\\\slash\n\ttab , ${FAMILY} עברית `;
    expect(cleanName(name)).toBe(name);
    expect(cleanName('x'.repeat(MAX_NAME_LENGTH))).toHaveLength(MAX_NAME_LENGTH);
  });

  it.each(['', ' ', '\0', '\u0001\u009f \n', null, undefined])('%j is none', (name) => {
    expect(cleanName(name)).toBeNull();
  });

  it('loses control characters and halves of surrogate pairs', () => {
    expect(cleanName('A\0n\u001b[31mn\u0085a\u007f')).toBe('An[31mna');
    expect(cleanName('A\ud83d')).toBe('A\ufffd');
  });

  it('is cut to its maximal length, also when it has 900 kB', () => {
    expect(cleanName('ä'.repeat(900_000))).toBe('ä'.repeat(MAX_NAME_LENGTH));
  });

  it.each([
    ['a family', FAMILY],
    ['an emoji', '🌻'],
    ['a letter with an accent of its own', 'e\u0301'],
    ['a flag', '🇩🇪'],
  ])('is not cut inside of %s', (_, grapheme) => {
    const before = 'x'.repeat(MAX_NAME_LENGTH - 1);
    expect(cleanName(before + grapheme + 'tail')).toBe(before);
  });

  it('is cut between code points where one character has thousands of them', () => {
    expect(cleanName('a' + '\u0301'.repeat(5_000))).toHaveLength(MAX_NAME_LENGTH);
    expect(cleanName('x' + '🌻\u200d'.repeat(5_000))?.isWellFormed()).toBe(true);
  });
});

describe('an about text', () => {
  it('may be empty, and is cut like a name', () => {
    expect(cleanAbout('')).toBe('');
    expect(cleanAbout('\0')).toBe('');
    expect(cleanAbout('x'.repeat(900_000))).toHaveLength(1_000);
  });
});

describe('a username', () => {
  it.each([
    ['anna.adler', 'anna.adler'],
    ['@anna', 'anna'],
    [`@${'a'.repeat(64)}`, 'a'.repeat(64)],
  ])('%s is stored as %s', (name, stored) => {
    expect(cleanUsername(name)).toBe(stored);
  });

  it.each([null, '', '@', ' ', 'a'.repeat(65), 'a'.repeat(180_000)])('is not %.20j', (name) => {
    expect(cleanUsername(name)).toBeNull();
  });
});
