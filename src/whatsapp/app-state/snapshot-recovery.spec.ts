import { describe, expect, it } from '@jest/globals';
import { gzipSync } from 'node:zlib';
import { CorruptAppState } from './app-state-errors.js';
import { readRecovery } from './snapshot-recovery.js';

const noKeys = () => Promise.reject(new Error('no key is needed'));

describe('what the phone has sent of a collection', () => {
  it.each([
    ['is gzip that was cut off', gzipSync(Buffer.alloc(1_000, 'x')).subarray(0, 12)],
    ['is no protobuf', Buffer.from([0x0a, 0xff])],
    ['is nothing', Buffer.alloc(0)],
    ['is of another collection', Buffer.from([0x12, 0x01, 0x78])],
    // The name alone: without records the LT hash would be 128 zero bytes.
    ['does not add up', Buffer.concat([Buffer.from([0x12, 0x04]), Buffer.from('book')])],
  ])('is refused when it %s', async (_, answer) => {
    await expect(readRecovery(answer, 'book', noKeys)).rejects.toThrow(CorruptAppState);
  });
});
