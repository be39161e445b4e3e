import protobuf from 'protobufjs/minimal.js';

const LENGTH_DELIMITED = 2;

/**
 * Calls back for each length-delimited field; content() must be called at once or not at all.
 * @throws RangeError when the bytes are cut off or no protobuf
 */
export function forEachField(
  bytes: Uint8Array,
  visit: (field: number, content: () => Uint8Array) => void,
): void {
  const reader = protobuf.Reader.create(bytes);
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    const [field, wireType] = [tag >>> 3, tag & 7];
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
