/** First bytes of image files. `at` is an offset in bytes. */
const SIGNATURES: { type: string; at: number; bytes: string }[] = [
  { type: 'image/jpeg', at: 0, bytes: '\xff\xd8\xff' },
  { type: 'image/png', at: 0, bytes: '\x89PNG\r\n\x1a\n' },
  { type: 'image/webp', at: 8, bytes: 'WEBP' },
];

/** Returns the media type of an image from its bytes, or null if they have no known signature. */
export function sniffImageType(bytes: Buffer): string | null {
  const start = bytes.subarray(0, 16).toString('latin1');
  return SIGNATURES.find((signature) => start.startsWith(signature.bytes, signature.at))?.type ?? null;
}
