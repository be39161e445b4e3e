import { describe, expect, it } from '@jest/globals';
import { ANNA, ANNA_LID } from '../../../test/support/stanzas.js';
import { countChanges, inChunks, inHalves, type StanzaChanges } from './stanza-changes.js';

const observedAt = new Date();
const named = (...names: string[]) => names.map((name) => ({ address: ANNA, name, observedAt }));
const mapping = { jid: ANNA, lid: ANNA_LID, observedAt };
const moved = { oldJid: ANNA, newJid: ANNA, oldLid: null, newLid: null, observedAt };

const CHANGES: StanzaChanges = {
  outdatedProfileHashes: ['abcd'],
  pushNames: named('a', 'b', 'c'),
  mappings: [mapping, mapping],
};

describe('inChunks', () => {
  it('splits changes in the order in which they are written', () => {
    expect(countChanges(CHANGES)).toBe(6);
    expect(inChunks(CHANGES, 3)).toEqual([
      { mappings: [mapping, mapping], pushNames: named('a') },
      { pushNames: named('b', 'c'), outdatedProfileHashes: ['abcd'] },
    ]);
    expect(inChunks(CHANGES, 100)).toHaveLength(1);
    expect(inChunks({}, 100)).toEqual([]);
  });

  it('returns smaller chunks of changes that are applied one by one', () => {
    const chunks = inChunks({ numberChanges: Array.from({ length: 60 }, () => moved) }, 500);
    expect(chunks.map((chunk) => chunk.numberChanges?.length)).toEqual([25, 25, 10]);
    expect(inChunks({ numberChanges: [moved, moved] }, 1)).toHaveLength(2);
  });
});

describe('inHalves', () => {
  it('splits changes of one or more kinds', () => {
    expect(inHalves(CHANGES).map(countChanges)).toEqual([3, 3]);
    expect(inHalves({ pushNames: named('a', 'b') })).toEqual([
      { pushNames: named('a') },
      { pushNames: named('b') },
    ]);
    expect(inHalves({ mappings: [mapping], pushNames: named('a') }).map(countChanges)).toEqual([1, 1]);
  });
});
