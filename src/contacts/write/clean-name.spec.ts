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

  it.each([
    ['a zero-width space', '\u200b'],
    ['joiners and marks of direction', '\u200d\u200c\u200e\u202e\u2066\u2069'],
    ['a Hangul filler', '\u3164'],
    ['a half-width Hangul filler and Hangul jamo fillers', '\uffa0\u115f\u1160'],
    ['blanks of Braille', '\u2800 \u2800'],
    ['a no-break space and a byte order mark', '\u00a0\ufeff'],
    ['variation selectors', '\ufe0f\u{e0100}'],
    ['tags', '\u{e0020}\u{e007f}'],
    ['a soft hyphen', '\u00ad'],
    ['an empty note head', '\u{1d159}'],
  ])('is null if it is %s', (_, name) => {
    expect(cleanName(name)).toBeNull();
  });

  it.each(['\u200bAnna', 'ㅤ.', '\u200e+', '🏳️', '\u0301', '⠁'])(
    'is stored unchanged if it is %j',
    (name) => {
      expect(cleanName(name)).toBe(name);
    },
  );

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
