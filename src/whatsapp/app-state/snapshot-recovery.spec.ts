import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { CorruptAppState } from './app-state-errors.js';
import { readRecovery } from './snapshot-recovery.js';

const MB = 1024 * 1024;
const noKeys = () => Promise.reject(new Error('no key is needed'));
const book = Buffer.concat([Buffer.from([0x0a, 0x02, 0x08, 0x01, 0x12, 0x04]), Buffer.from('book')]);

describe('readRecovery', () => {
  it.each([
    ['truncated gzip', gzipSync(Buffer.alloc(1_000, 'x')).subarray(0, 12)],
    ['data that is not protobuf', Buffer.from([0x0a, 0xff])],
    ['an empty response', Buffer.alloc(0)],
    ['another collection', Buffer.from([0x12, 0x01, 0x78])],
    // The name alone: without records the LT hash would be 128 zero bytes.
    ['records that do not match the LT hash', book],
    ['200 MB in 200 kB', gzipSync(Buffer.alloc(200 * MB, Buffer.from([0x2a, 0x00])))],
  ])('rejects %s', async (_, response) => {
    await expect(readRecovery(response, 'book', noKeys)).rejects.toThrow(CorruptAppState);
  });

  it('reads a collection without records', async () => {
    const ltHash = Buffer.concat([Buffer.from([0x22, 0x80, 0x01]), Buffer.alloc(128)]);
    const { version, records } = await readRecovery(gzipSync(Buffer.concat([book, ltHash])), 'book', noKeys);
    expect(version).toBe(1);
    expect(records.batches).toEqual([]);
  });
});
