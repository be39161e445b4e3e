import { describe, expect, it } from '@jest/globals';
import { ANNA, ANNA_LID, OWNER } from '../../../test/support/stanzas.js';
import { identityKeysOf } from './identity-keys.js';

const KEY = Buffer.alloc(32, 7);
const TYPED_KEY = Buffer.concat([Buffer.from([5]), KEY]);
const seenAt = new Date();

describe('identity keys that Baileys keeps', () => {
  it.each([
    ['491701234567.0', ANNA],
    ['81234567890123_1.0', ANNA_LID],
    ['491701234567_128.0', ANNA],
    ['81234567890123_129.0', ANNA_LID],
  ])('under %s are those of %s', (signalAddress, address) => {
    expect(identityKeysOf({ [signalAddress]: TYPED_KEY }, OWNER, seenAt)).toEqual([
      { address, key: KEY, seenAt },
    ]);
  });

  it.each([
    ['of a companion device', { '491701234567.3': TYPED_KEY }],
    ['of the own phone', { '491700000000.0': TYPED_KEY, '80000000000000_1.0': TYPED_KEY }],
    ['that is deleted', { '491701234567.0': null }],
    ['of another form', { '491701234567.0': Buffer.alloc(33, 9), nonsense: TYPED_KEY }],
  ])('leave out one %s', (_, kept: Record<string, Uint8Array | null>) => {
    expect(identityKeysOf(kept, OWNER, seenAt)).toEqual([]);
  });
});
