import { InputRefused } from './input-refused.js';

/** A field whose bytes are wanted: longer ones are skipped, or cut where `isCut`. */
export interface WantedBytes {
  maxBytes: number;
  isCut?: boolean;
}

/** Fields of a message that are wanted, by number; all others are skipped. */
export type WantedFields = Readonly<Record<number, WantedBytes | 'number'>>;

/** Fields of the outermost message that are wanted: messages by their fields, or bytes as they are. */
export type WantedMessages = Readonly<Record<number, { fields: WantedFields } | WantedBytes>>;

/** The wanted fields that a message has, by number: bytes, or a varint up to 2^53. Of a repeated field the last one. */
export type ReadFields = Record<number, Buffer | number | undefined>;

/** Is called for each wanted message, or bytes, in order. */
export type VisitMessage = (field: number, content: ReadFields | Buffer) => void;

/** Beyond it a message is not worth its processor time: 12 million empty ones fit into 24 kB. */
const MAX_FIELDS = 16_000_000;

const VARINT = 0;
const FIXED_64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED_32 = 5;

type State = 'tag' | 'number' | 'length' | 'skip' | 'collect';

/** The message within the outermost one that is being read. */
interface OpenMessage {
  field: number;
  fields: WantedFields;
  /** Bytes of it that are still to come. */
  left: number;
  read: ReadFields;
}

/**
 * Reads a protobuf message that arrives piece by piece, two levels deep, and holds only what is wanted of it: neither the
 * length of the whole nor of a part matters to its memory.
 */
export class FieldStream {
  private state: State = 'tag';
  private field = 0;
  private open: OpenMessage | null = null;
  private value = 0;
  private factor = 1;
  /** Bytes of the field that are still to come, and those of it that are collected. */
  private left = 0;
  private collected: Buffer = Buffer.alloc(0);
  private have = 0;
  private count = 0;

  constructor(
    private readonly wanted: WantedMessages,
    private readonly visit: VisitMessage,
  ) {}

  /** @throws InputRefused when the bytes are not a protobuf message, or have too many fields */
  push(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length) {
      at =
        this.state === 'skip' || this.state === 'collect'
          ? this.readBytes(chunk, at)
          : this.readVarint(chunk, at);
    }
  }

  /** @throws InputRefused when the message is cut off */
  end(): void {
    if (this.state !== 'tag' || this.open || this.factor !== 1)
      throw new InputRefused('A message is cut off');
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

  /** A varint is complete: what it is depends on what was before. */
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

  /** A field is complete, and with it perhaps the message that it belongs to. */
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
