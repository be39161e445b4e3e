import { hkdf, MEDIA_HKDF_KEY_MAPPING, sha256 } from '@whiskeysockets/baileys';
import { createCipheriv, createHmac, randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Faults, MediaEffect } from './faults.js';

/** What a file is for. */
export type MediaKind = 'snapshot' | 'patch' | 'history' | 'picture';

/** A file that a companion fetched. */
export interface Download {
  readonly path: string;
  readonly kind: MediaKind | 'unknown';
  readonly status: number;
  /** The host that was asked for, before the request was redirected to this server; null without a preload. */
  readonly host: string | null;
  readonly at: Date;
}

/** How a companion finds and decrypts an uploaded file; fields as in `ExternalBlobReference`. */
export interface UploadedMedia {
  readonly mediaKey: Uint8Array;
  readonly directPath: string;
  readonly fileSizeBytes: number;
  readonly fileSha256: Uint8Array;
  readonly fileEncSha256: Uint8Array;
}

/** A file that exists only while it is served: this many bytes of zero. */
export interface Zeros {
  readonly zeros: number;
}

const ZERO_CHUNK = Buffer.alloc(64 * 1024);
const MEDIA_KEY_BYTES = 32;
const MAC_BYTES = 10;
const REMEMBERED_DOWNLOADS = 5_000;

/** The files that `https://mmg.whatsapp.net` and `https://pps.whatsapp.net` serve. */
export class MediaHost {
  private readonly files = new Map<string, { bytes: Buffer | Zeros; kind: MediaKind }>();
  private readonly fetched: Download[] = [];

  constructor(private readonly faults: Faults) {}

  /** What was fetched, oldest first. */
  get downloads(): readonly Download[] {
    return this.fetched;
  }

  /**
   * Encrypts a file as WhatsApp clients do (AES-256-CBC, a 10-byte MAC behind it, keys by HKDF from the media
   * key) and offers it for download.
   */
  upload(plaintext: Uint8Array, kind: 'snapshot' | 'patch' | 'history'): UploadedMedia {
    const mediaType = kind === 'history' ? 'md-msg-hist' : 'md-app-state';
    const mediaKey = randomBytes(MEDIA_KEY_BYTES);
    const info = `WhatsApp ${MEDIA_HKDF_KEY_MAPPING[mediaType]} Keys`;
    const keys = Buffer.from(hkdf(mediaKey, 112, { info }));
    const [iv, cipherKey, macKey] = [keys.subarray(0, 16), keys.subarray(16, 48), keys.subarray(48, 80)];
    const cipher = createCipheriv('aes-256-cbc', cipherKey, iv);
    const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
    const mac = createHmac('sha256', macKey).update(iv).update(ciphertext).digest().subarray(0, MAC_BYTES);
    const file = Buffer.concat([ciphertext, mac]);
    return {
      mediaKey,
      directPath: this.publish(file, kind),
      fileSizeBytes: plaintext.length,
      fileSha256: sha256(Buffer.from(plaintext)),
      fileEncSha256: sha256(file),
    };
  }

  /** Offers bytes as they are; gives the path. */
  publish(bytes: Buffer | Zeros, kind: MediaKind): string {
    const path = `/v/t62.7118-24/${randomBytes(12).toString('hex')}`;
    this.files.set(path, { bytes, kind });
    return path;
  }

  /** Takes a file away; later downloads get 410. */
  remove(path: string): void {
    this.files.delete(path);
  }

  /** Answers one HTTP request. */
  serve(request: IncomingMessage, response: ServerResponse): void {
    const path = new URL(request.url ?? '/', 'http://media').pathname;
    const file = this.files.get(path);
    const effect = file && this.faults.media.strike({ path, kind: file.kind });
    const status =
      effect && 'status' in effect ? effect.status : effect && 'redirect' in effect ? 302 : file ? 200 : 410;
    const host = (request.headers['x-asked-host'] as string | undefined) ?? null;
    this.remember({ path, kind: file?.kind ?? 'unknown', status, host, at: new Date() });
    if (!file || status !== 200) {
      const location = effect && 'redirect' in effect ? { location: effect.redirect } : {};
      response.writeHead(status, location).end();
      return;
    }
    if ('zeros' in file.bytes) {
      serveZeros(file.bytes, response);
      return;
    }
    this.serveBytes(spoiled(file.bytes, effect), effect, { request, response });
  }

  private serveBytes(
    bytes: Buffer,
    effect: MediaEffect | undefined,
    { request, response }: { request: IncomingMessage; response: ServerResponse },
  ): void {
    const headers = { 'content-type': 'application/octet-stream', 'content-length': bytes.length };
    if (effect && 'slowMs' in effect) {
      setTimeout(() => response.writeHead(200, headers).end(bytes), effect.slowMs);
    } else if (effect && 'cut' in effect) {
      response.writeHead(200, headers);
      response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => request.socket.destroy());
    } else {
      response.writeHead(200, headers).end(bytes);
    }
  }

  private remember(download: Download): void {
    this.fetched.push(download);
    if (this.fetched.length > REMEMBERED_DOWNLOADS) this.fetched.shift();
  }
}

/** A file whose last byte, part of its MAC, is another one; or the first half of a file. */
function spoiled(bytes: Buffer, effect: MediaEffect | undefined): Buffer {
  if (!effect || !('content' in effect)) return bytes;
  if (effect.content === 'truncated') return bytes.subarray(0, Math.floor(bytes.length / 2));
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(copy.length - 1) ^ 0xff, copy.length - 1);
  return copy;
}

/** Sends the zeros as fast as the client reads them, without having them in memory or announcing their number. */
function serveZeros({ zeros }: Zeros, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/octet-stream' });
  let left = zeros;
  const more = () => {
    while (left > 0 && !response.destroyed) {
      const chunk = ZERO_CHUNK.subarray(0, Math.min(left, ZERO_CHUNK.length));
      left -= chunk.length;
      if (!response.write(chunk)) return;
    }
    response.end();
  };
  response.on('drain', more);
  more();
}
