/** What an image begins with; `at` counts bytes from the start. */
const SIGNATURES: { type: string; at: number; bytes: string }[] = [
  { type: 'image/jpeg', at: 0, bytes: '\xff\xd8\xff' },
  { type: 'image/png', at: 0, bytes: '\x89PNG\r\n\x1a\n' },
  { type: 'image/webp', at: 8, bytes: 'WEBP' },
];

/** The media type that the bytes themselves tell, whatever was said of them; null when they are none of these. */
export function sniffImageType(bytes: Buffer): string | null {
  const start = bytes.subarray(0, 16).toString('latin1');
  return SIGNATURES.find((signature) => start.startsWith(signature.bytes, signature.at))?.type ?? null;
}
