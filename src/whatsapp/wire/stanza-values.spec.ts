import { describe, expect, it } from '@jest/globals';
import { ANNA, ANNA_LID, element } from '../../../test/support/stanzas.js';
import { bytesOf, elementsOf, hashOf, pictureIdOf, textIn, usersAsked } from './stanza-values.js';

describe('stanza values', () => {
  it('returns bytes up to 16 kB', () => {
    expect(bytesOf(element('a', {}, Buffer.alloc(16_384, 1)))).toEqual(Buffer.alloc(16_384, 1));
    expect(bytesOf(element('a', {}, 'ä'))).toEqual(Buffer.from('ä'));
    expect(bytesOf(element('a', {}, Buffer.alloc(16_385)))).toBeNull();
    expect(bytesOf(element('a', {}, [element('b')]))).toBeNull();
    expect(bytesOf(element('a'))).toBeNull();
  });

  it('returns texts, truncated to 16 kB', () => {
    expect(textIn(element('a', {}, Buffer.from('ä')))).toBe('ä');
    expect(textIn(element('a', {}, 'x'.repeat(900_000)))).toHaveLength(16_384);
    expect(textIn(element('a', {}, Buffer.alloc(900_000, 120)))).toHaveLength(16_384);
    expect(textIn(element('a', {}, [element('b')]))).toBe('');
    expect(textIn(undefined)).toBe('');
  });

  it('returns child elements up to a maximum', () => {
    const many = element(
      'a',
      {},
      Array.from({ length: 10_000 }, () => element('b')),
    );
    expect(elementsOf(many)).toHaveLength(100);
    expect(elementsOf(many, 5_000)).toHaveLength(5_000);
    expect(elementsOf(element('a', {}, 'text'))).toEqual([]);
  });

  it('returns valid IDs and hashes', () => {
    expect(pictureIdOf('1700000000')).toBe('1700000000');
    expect(pictureIdOf('1'.repeat(65))).toBeNull();
    expect(hashOf('aB+/')).toBe('aB+/');
    for (const text of ['aB+', 'aB+/0', 'aB=/', '', undefined, 4]) expect(hashOf(text)).toBeNull();
  });

  it('returns the first element of each requested user', () => {
    const list = element('list', {}, [
      element('user', { jid: ANNA_LID }),
      element('user', { jid: ANNA, n: '1' }),
      element('user', { jid: ANNA, n: '2' }),
      element('other', { jid: ANNA }),
    ]);
    const users = usersAsked(list, [ANNA]);
    expect([...users].map(([address, { attrs }]) => [address, attrs.n])).toEqual([[ANNA, '1']]);
  });
});
