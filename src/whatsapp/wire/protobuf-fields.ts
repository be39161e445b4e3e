import protobuf from 'protobufjs/minimal.js';

const VARINT = 0;
const LENGTH_DELIMITED = 2;

/**
 * Calls `visit` for each length-delimited field, and `visitNumber` for each varint up to 2^53. `content()` returns the
 * bytes of the field, and can be called only inside the callback.
 * @throws RangeError if the bytes are truncated or not protobuf
 */
export function forEachField(
  bytes: Uint8Array,
  visit: (field: number, content: () => Uint8Array) => void,
  visitNumber?: (field: number, value: number) => void,
): void {
  const reader = protobuf.Reader.create(bytes);
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    const [field, wireType] = [tag >>> 3, tag & 7];
    if (wireType === VARINT && visitNumber) {
      visitNumber(field, Number(reader.uint64()));
      continue;
    }
    if (wireType !== LENGTH_DELIMITED) {
      reader.skipType(wireType);
      continue;
    }
    const start = reader.pos;
    reader.skipType(wireType);
    const end = reader.pos;
    visit(field, () => {
      reader.pos = start;
      const content = reader.bytes();
      reader.pos = end;
      return content;
    });
  }
}
