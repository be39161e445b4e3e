const WA_HEADER = Buffer.from('WA');
const ROUTING_HEADER = Buffer.from('ED');
const LENGTH_BYTES = 3;
const WA_HEADER_BYTES = 4;
const ROUTING_PREFIX_BYTES = 7;

/**
 * Splits the byte stream of a companion into frames. The stream begins with `WA` 6 3. If the companion has received
 * routing info, `ED` 0 1, a 3-byte length and the routing info precede this header. Each frame has a 3-byte length
 * prefix.
 */
export class FrameReader {
  private pending = Buffer.alloc(0);
  private isHeaderRead = false;

  /** Returns the frames that these bytes complete, in order. */
  read(bytes: Buffer): Buffer[] {
    this.pending = Buffer.concat([this.pending, bytes]);
    if (!this.isHeaderRead && !this.skipHeader()) return [];
    const frames: Buffer[] = [];
    while (this.pending.length >= LENGTH_BYTES) {
      const end = LENGTH_BYTES + this.pending.readUIntBE(0, LENGTH_BYTES);
      if (this.pending.length < end) break;
      frames.push(this.pending.subarray(LENGTH_BYTES, end));
      this.pending = this.pending.subarray(end);
    }
    return frames;
  }

  private skipHeader(): boolean {
    let start = 0;
    if (this.pending.subarray(0, 2).equals(ROUTING_HEADER)) {
      if (this.pending.length < ROUTING_PREFIX_BYTES) return false;
      start = ROUTING_PREFIX_BYTES + this.pending.readUIntBE(4, LENGTH_BYTES);
    }
    if (this.pending.length < start + WA_HEADER_BYTES) return false;
    if (!this.pending.subarray(start, start + 2).equals(WA_HEADER)) {
      throw new Error('the stream does not begin with the WA header');
    }
    this.pending = this.pending.subarray(start + WA_HEADER_BYTES);
    this.isHeaderRead = true;
    return true;
  }
}

/** Returns a frame preceded by its length. */
export function frame(bytes: Uint8Array): Buffer {
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUIntBE(bytes.length, 0, LENGTH_BYTES);
  return Buffer.concat([length, bytes]);
}
