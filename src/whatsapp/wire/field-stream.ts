import { InputRefused } from './input-refused.js';

/** A field whose bytes are wanted. Longer ones are skipped, or truncated if `isCut`. */
export interface WantedBytes {
  maxBytes: number;
  isCut?: boolean;
}

/** Wanted fields of a message, by number; all others are skipped. */
export type WantedFields = Readonly<Record<number, WantedBytes | 'number'>>;

/** Wanted fields of the outermost message: nested messages by their fields, or raw bytes. */
export type WantedMessages = Readonly<Record<number, { fields: WantedFields } | WantedBytes>>;

/** The wanted fields of a message, by number: bytes, or a varint up to 2^53. For a repeated field, the last value. */
export type ReadFields = Record<number, Buffer | number | undefined>;

/** Called for each wanted message or bytes field, in order. */
export type VisitMessage = (field: number, content: ReadFields | Buffer) => void;

/** Limits the CPU time per message: 12 million empty fields fit into 24 kB. */
const MAX_FIELDS = 16_000_000;

const VARINT = 0;
const FIXED_64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED_32 = 5;

type State = 'tag' | 'number' | 'length' | 'skip' | 'collect';

/** The nested message that is being read. */
interface OpenMessage {
  field: number;
  fields: WantedFields;
  /** Remaining bytes of the nested message. */
  left: number;
  read: ReadFields;
}

/**
 * Reads a protobuf message that arrives in chunks, two levels deep, and stores only the wanted fields. Memory use does
 * not depend on the length of the message or its parts.
 */
export class FieldStream {
  private state: State = 'tag';
  private field = 0;
  private open: OpenMessage | null = null;
  private value = 0;
  private factor = 1;
  /** Remaining bytes of the field, and the bytes collected so far. */
  private left = 0;
  private collected: Buffer = Buffer.alloc(0);
  private have = 0;
  private count = 0;

  constructor(
    private readonly wanted: WantedMessages,
    private readonly visit: VisitMessage,
  ) {}

  /** @throws InputRefused if the bytes are not a protobuf message, or have too many fields */
  push(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length) {
      at =
        this.state === 'skip' || this.state === 'collect'
          ? this.readBytes(chunk, at)
          : this.readVarint(chunk, at);
    }
  }

  /** @throws InputRefused if the message is truncated */
  end(): void {
    if (this.state !== 'tag' || this.open || this.factor !== 1)
      throw new InputRefused('A message is truncated');
  }

  private readVarint(chunk: Uint8Array, from: number): number {
    for (let at = from; at < chunk.length; at += 1) {
      const byte = chunk[at] as number;
      this.value += (byte & 0x7f) * this.factor;
      if (byte >= 0x80) {
        this.factor *= 128;
        if (this.factor > 2 ** 63) throw new InputRefused('A number in a message is too long');
        continue;
      }
      const { value } = this;
      this.value = 0;
      this.factor = 1;
      this.consume(at + 1 - from);
      this.take(value);
      return at + 1;
    }
    this.consume(chunk.length - from);
    return chunk.length;
  }

  /** Handles a complete varint, according to the current state. */
  private take(value: number): void {
    if (this.state === 'tag') this.takeTag(value);
    else if (this.state === 'number') {
      if (this.open && this.open.fields[this.field] === 'number') this.open.read[this.field] = value;
      this.endField();
    } else this.takeLength(value);
  }

  private takeTag(tag: number): void {
    if ((this.count += 1) > MAX_FIELDS)
      throw new InputRefused(`A message has more than ${MAX_FIELDS} fields`);
    this.field = Math.floor(tag / 8);
    if (this.field === 0) throw new InputRefused('A message is not in protobuf format');
    const wireType = tag % 8;
    if (wireType === VARINT) this.state = 'number';
    else if (wireType === LENGTH_DELIMITED) this.state = 'length';
    else if (wireType === FIXED_32 || wireType === FIXED_64) this.skip(wireType === FIXED_32 ? 4 : 8);
    else throw new InputRefused('A message is not in protobuf format');
  }

  private takeLength(length: number): void {
    if (this.open && length > this.open.left) throw new InputRefused('A field is longer than its message');
    if (this.open) return this.beginBytes(this.open.fields[this.field], length);
    const wanted = this.wanted[this.field];
    if (!wanted || !('fields' in wanted)) return this.beginBytes(wanted, length);
    this.open = { field: this.field, fields: wanted.fields, left: length, read: {} };
    this.endField();
  }

  private beginBytes(wanted: WantedBytes | 'number' | undefined, length: number): void {
    if (!wanted || wanted === 'number' || (length > wanted.maxBytes && !wanted.isCut))
      return this.skip(length);
    this.collected = Buffer.allocUnsafe(Math.min(length, wanted.maxBytes));
    this.have = 0;
    this.left = length;
    this.state = 'collect';
    if (length === 0) this.endBytes();
  }

  private skip(length: number): void {
    if (this.open && length > this.open.left) throw new InputRefused('A field is longer than its message');
    this.left = length;
    this.state = 'skip';
    if (length === 0) this.endField();
  }

  private readBytes(chunk: Uint8Array, from: number): number {
    const to = Math.min(chunk.length, from + this.left);
    if (this.state === 'collect') {
      const fitting = Math.min(to, from + this.collected.length - this.have);
      this.collected.set(chunk.subarray(from, fitting), this.have);
      this.have += fitting - from;
    }
    this.left -= to - from;
    this.consume(to - from);
    if (this.left === 0) this.endBytes();
    return to;
  }

  private endBytes(): void {
    if (this.state === 'collect') {
      if (this.open) this.open.read[this.field] = this.collected;
      else this.visit(this.field, this.collected);
    }
    this.endField();
  }

  /** Handles a complete field, which may also complete its message. */
  private endField(): void {
    this.state = 'tag';
    const { open } = this;
    if (!open || open.left > 0) return;
    this.open = null;
    this.visit(open.field, open.read);
  }

  private consume(bytes: number): void {
    if (!this.open) return;
    this.open.left -= bytes;
    if (this.open.left < 0) throw new InputRefused('A field is longer than its message');
  }
}
