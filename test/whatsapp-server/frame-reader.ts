const WA_HEADER = Buffer.from('WA');
const ROUTING_HEADER = Buffer.from('ED');
const LENGTH_BYTES = 3;
const WA_HEADER_BYTES = 4;
const ROUTING_PREFIX_BYTES = 7;

/**
 * Cuts the byte stream of a companion into frames. The stream opens with `WA` 6 3, before it, when the
 * companion was once told its edge, `ED` 0 1, a 3-byte length and the routing info; then every frame has a
 * 3-byte length before it.
 */
export class FrameReader {
  private pending = Buffer.alloc(0);
  private introduced = false;

  /** Frames that are complete with these bytes, in order. */
  read(bytes: Buffer): Buffer[] {
    this.pending = Buffer.concat([this.pending, bytes]);
    if (!this.introduced && !this.skipIntroduction()) return [];
    const frames: Buffer[] = [];
    while (this.pending.length >= LENGTH_BYTES) {
      const end = LENGTH_BYTES + this.pending.readUIntBE(0, LENGTH_BYTES);
      if (this.pending.length < end) break;
      frames.push(this.pending.subarray(LENGTH_BYTES, end));
      this.pending = this.pending.subarray(end);
    }
    return frames;
  }

  private skipIntroduction(): boolean {
    let start = 0;
    if (this.pending.subarray(0, 2).equals(ROUTING_HEADER)) {
      if (this.pending.length < ROUTING_PREFIX_BYTES) return false;
      start = ROUTING_PREFIX_BYTES + this.pending.readUIntBE(4, LENGTH_BYTES);
    }
    if (this.pending.length < start + WA_HEADER_BYTES) return false;
    if (!this.pending.subarray(start, start + 2).equals(WA_HEADER)) {
      throw new Error('the stream does not open with the WA header');
    }
    this.pending = this.pending.subarray(start + WA_HEADER_BYTES);
    this.introduced = true;
    return true;
  }
}

/** A frame with its length before it. */
export function frame(bytes: Uint8Array): Buffer {
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUIntBE(bytes.length, 0, LENGTH_BYTES);
  return Buffer.concat([length, bytes]);
}
