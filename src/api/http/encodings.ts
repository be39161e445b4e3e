import type { Request } from 'express';
import type { Transform } from 'node:stream';
import zlib from 'node:zlib';

/** Of lists of names, these settings take half of the size and more away, for little time and memory. */
const GZIP_LEVEL = 1;
const BROTLI = {
  params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 3, [zlib.constants.BROTLI_PARAM_LGWIN]: 18 },
};

/** zstd came to Node with 22.15. */
const ENCODERS: Record<string, () => Transform> = {
  ...('createZstdCompress' in zlib && { zstd: () => (zlib.createZstdCompress as () => Transform)() }),
  br: () => zlib.createBrotliCompress(BROTLI),
  gzip: () => zlib.createGzip({ level: GZIP_LEVEL }),
};

export interface Encoding {
  /** As in `Content-Encoding`. */
  name: string;
  create: () => Transform;
}

/** How the caller wants the answer compressed, by `Accept-Encoding`; null: not at all. */
export function encodingFor(request: Request): Encoding | null {
  const name = request.acceptsEncodings([...Object.keys(ENCODERS), 'identity']) || 'identity';
  const create = ENCODERS[name];
  return create ? { name, create } : null;
}
