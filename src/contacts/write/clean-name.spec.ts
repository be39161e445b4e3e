import { describe, expect, it } from '@jest/globals';
import { cleanAbout, cleanName, cleanUsername, MAX_NAME_LENGTH } from './clean-name.js';

const FAMILY = '👩‍👩‍👧';

describe('a name', () => {
  it('is stored unchanged when it has a normal length', () => {
    const name = ` "Ünïcode" \\ back\\\\slash\n\ttab , ${FAMILY} עברית `;
    expect(cleanName(name)).toBe(name);
    expect(cleanName('x'.repeat(MAX_NAME_LENGTH))).toHaveLength(MAX_NAME_LENGTH);
  });

  it.each(['', ' ', '\0', '\u0001\u009f \n', null, undefined])('is null if it is %j', (name) => {
    expect(cleanName(name)).toBeNull();
  });

  it('is stripped of control characters and lone surrogates', () => {
    expect(cleanName('A\0n\u001b[31mn\u0085a\u007f')).toBe('An[31mna');
    expect(cleanName('A\ud83d')).toBe('A\ufffd');
  });

  it('is truncated to the maximum length, even when it has 900 kB', () => {
    expect(cleanName('ä'.repeat(900_000))).toBe('ä'.repeat(MAX_NAME_LENGTH));
  });

  it.each([
    ['a family', FAMILY],
    ['an emoji', '🌻'],
    ['a letter with a combining accent', 'e\u0301'],
    ['a flag', '🇩🇪'],
  ])('is not split inside %s', (_, grapheme) => {
    const before = 'x'.repeat(MAX_NAME_LENGTH - 1);
    expect(cleanName(before + grapheme + 'tail')).toBe(before);
  });

  it('is truncated between code points when one character has thousands of them', () => {
    expect(cleanName('a' + '\u0301'.repeat(5_000))).toHaveLength(MAX_NAME_LENGTH);
    expect(cleanName('x' + '🌻\u200d'.repeat(5_000))?.isWellFormed()).toBe(true);
  });
});

describe('an about text', () => {
  it('may be empty, and is truncated like a name', () => {
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
  ])('stores %s as %s', (name, stored) => {
    expect(cleanUsername(name)).toBe(stored);
  });

  it.each([
    ['null', null],
    ['empty', ''],
    ['only @', '@'],
    ['a space', ' '],
    ['65 letters long', 'a'.repeat(65)],
    ['180,000 letters long', 'a'.repeat(180_000)],
  ])('is rejected if it is %s', (_, name) => {
    expect(cleanUsername(name)).toBeNull();
  });
});
