import type { Transform } from 'node:stream';
import zlib from 'node:zlib';
import type { Request } from 'express';

/** These settings compress lists of contacts to half their size or less, with little CPU time and memory. */
const GZIP_LEVEL = 1;
const BROTLI = {
  params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 3, [zlib.constants.BROTLI_PARAM_LGWIN]: 18 },
};

/** Node.js supports zstd since 22.15. */
const ENCODERS: Record<string, () => Transform> = {
  ...('createZstdCompress' in zlib && { zstd: () => (zlib.createZstdCompress as () => Transform)() }),
  br: () => zlib.createBrotliCompress(BROTLI),
  gzip: () => zlib.createGzip({ level: GZIP_LEVEL }),
};

export interface Encoding {
  /** The value of `Content-Encoding`. */
  name: string;
  create: () => Transform;
}

/** Returns the preferred encoding in `Accept-Encoding`; null if the response is not to be compressed. */
export function encodingFor(request: Request): Encoding | null {
  const name = request.acceptsEncodings([...Object.keys(ENCODERS), 'identity']) || 'identity';
  const create = ENCODERS[name];
  return create ? { name, create } : null;
}
