import { describe, expect, it } from '@jest/globals';
import { ANNA, ANNA_LID, OWNER } from '../../../test/support/stanzas.js';
import { identityKeysOf } from './identity-keys.js';

const KEY = Buffer.alloc(32, 7);
const TYPED_KEY = Buffer.concat([Buffer.from([5]), KEY]);
const seenAt = new Date();

describe('identityKeysOf', () => {
  it.each([
    ['491701234567.0', ANNA],
    ['81234567890123_1.0', ANNA_LID],
    ['491701234567_128.0', ANNA],
    ['81234567890123_129.0', ANNA_LID],
  ])('maps the Signal address %s to %s', (signalAddress, address) => {
    expect(identityKeysOf({ [signalAddress]: TYPED_KEY }, OWNER, seenAt)).toEqual([
      { address, key: KEY, seenAt },
    ]);
  });

  it.each([
    ['a companion device', { '491701234567.3': TYPED_KEY }],
    ['the own phone', { '491700000000.0': TYPED_KEY, '80000000000000_1.0': TYPED_KEY }],
    ['a deleted record', { '491701234567.0': null }],
    ['an invalid record', { '491701234567.0': Buffer.alloc(33, 9), nonsense: TYPED_KEY }],
  ])('skips the key of %s', (_, records: Record<string, Uint8Array | null>) => {
    expect(identityKeysOf(records, OWNER, seenAt)).toEqual([]);
  });
});
