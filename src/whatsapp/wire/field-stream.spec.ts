import { describe, expect, it } from '@jest/globals';
import { proto } from '@whiskeysockets/baileys';
import fc from 'fast-check';
import { FieldStream, type ReadFields, type WantedMessages } from './field-stream.js';
import { InputRefused } from './input-refused.js';

const WANTED: WantedMessages = {
  1: { fields: { 1: { maxBytes: 8, isCut: true }, 2: { maxBytes: 8 }, 3: 'number' } },
  2: { maxBytes: 8 },
};

/** Reads bytes that arrive in pieces of this size. */
function read(bytes: Uint8Array, pieceSize = bytes.length || 1): [number, ReadFields | Buffer][] {
  const visited: [number, ReadFields | Buffer][] = [];
  const stream = new FieldStream(WANTED, (field, content) => visited.push([field, content]));
  for (let at = 0; at < bytes.length; at += pieceSize) stream.push(bytes.subarray(at, at + pieceSize));
  stream.end();
  return visited;
}

const field = (number: number, content: number[]) => [(number << 3) | 2, content.length, ...content];
const text = (value: string) => [...Buffer.from(value)];

describe('FieldStream', () => {
  const message = Buffer.from([
    ...field(1, [...field(1, text('anna')), ...field(2, text('b')), 3 << 3, 0x96, 0x01]),
    ...field(9, text('not wanted, and longer than the others')),
    (7 << 3) | 5,
    ...[1, 2, 3, 4],
    (8 << 3) | 1,
    ...[1, 2, 3, 4, 5, 6, 7, 8],
    ...field(2, text('bytes')),
    ...field(1, []),
  ]);
  const expected = [
    [1, { 1: Buffer.from('anna'), 2: Buffer.from('b'), 3: 150 }],
    [2, Buffer.from('bytes')],
    [1, {}],
  ];

  it.each([1, 2, 3, 7, 1_000])('reads a message in chunks of %d bytes', (size) => {
    expect(read(message, size)).toEqual(expected);
  });

  it('truncates long texts and skips long bytes', () => {
    const long = text('0123456789');
    const content = Buffer.from([...field(1, [...field(1, long), ...field(2, long)]), ...field(2, long)]);
    expect(read(content, 3)).toEqual([[1, { 1: Buffer.from('01234567') }]]);
  });

  it.each([
    ['a field number of 0', [0, 0]],
    ['a group', [(1 << 3) | 3]],
    ['a field that is longer than its message', [(1 << 3) | 2, 3, (1 << 3) | 2, 5, 1, 1, 1, 1, 1]],
    ['a number of the outer message in the inner one', [(1 << 3) | 2, 1, 3 << 3, 1]],
    ['a number that never ends', Array.from({ length: 12 }, () => 0xff)],
    ['a truncated field', [(2 << 3) | 2, 5, 1]],
    ['a truncated number', [3 << 3, 0x80]],
  ])('rejects %s', (_, bytes) => {
    for (const size of [1, 100]) expect(() => read(Buffer.from(bytes), size)).toThrow(InputRefused);
  });

  it('rejects millions of empty fields, regardless of their total size', () => {
    const stream = new FieldStream(WANTED, () => {});
    const chunk = Buffer.alloc(2 * 1_000_000, Buffer.from([0x4a, 0x00]));
    const push = () => {
      for (let millions = 0; millions < 20; millions += 1) stream.push(chunk);
    };
    expect(push).toThrow(/more than 16000000 fields/);
  });

  it('reads or rejects random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.integer({ min: 1, max: 9 }), (bytes, size) => {
        try {
          expect(read(bytes, size)).toEqual(read(bytes));
        } catch (error) {
          expect(error).toBeInstanceOf(InputRefused);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('decodes messages that protobufjs has encoded', () => {
    const mapping = { pnJid: '1', lidJid: '22' };
    const bytes = proto.HistorySync.encode({
      syncType: proto.HistorySync.HistorySyncType.RECENT,
      pushnames: [{ id: 'id', pushname: 'name' }],
      phoneNumberToLidMappings: [mapping],
    }).finish();
    const visited: unknown[] = [];
    const wanted = { 7: { fields: { 2: { maxBytes: 10 } } }, 15: { fields: { 1: { maxBytes: 10 } } } };
    const stream = new FieldStream(wanted, (number, content) => visited.push([number, content]));
    stream.push(bytes);
    stream.end();
    expect(visited).toEqual([
      [7, { 2: Buffer.from('name') }],
      [15, { 1: Buffer.from('1') }],
    ]);
  });
});
