import { createCipheriv, createHmac, randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { hkdf, MEDIA_HKDF_KEY_MAPPING, sha256 } from '@whiskeysockets/baileys';
import type { Faults, MediaEffect } from './faults.js';

/** Content of a file. */
export type MediaKind = 'snapshot' | 'patch' | 'history' | 'picture';

/** A download by a companion. */
export interface Download {
  readonly path: string;
  readonly kind: MediaKind | 'unknown';
  readonly status: number;
  /** requested host, before the request was redirected to this server; null without the preload script */
  readonly host: string | null;
  readonly at: Date;
}

/** Location and keys of an uploaded file, with the fields of `ExternalBlobReference`. */
export interface UploadedMedia {
  readonly mediaKey: Uint8Array;
  readonly directPath: string;
  readonly fileSizeBytes: number;
  readonly fileSha256: Uint8Array;
  readonly fileEncSha256: Uint8Array;
}

/** A file of this many zero bytes, which is not stored in memory. */
export interface Zeros {
  readonly zeros: number;
}

const ZERO_CHUNK = Buffer.alloc(64 * 1024);
const MEDIA_KEY_BYTES = 32;
const MAC_BYTES = 10;
const REMEMBERED_DOWNLOADS = 5_000;
const DRIP_EVERY_MS = 2_000;

/** Serves the files of `https://mmg.whatsapp.net` and `https://pps.whatsapp.net`. */
export class MediaHost {
  private readonly files = new Map<string, { bytes: Buffer | Zeros; kind: MediaKind }>();
  private readonly fetched: Download[] = [];

  constructor(private readonly faults: Faults) {}

  /** Downloads, oldest first. */
  get downloads(): readonly Download[] {
    return this.fetched;
  }

  /**
   * Encrypts a file as WhatsApp clients do (AES-256-CBC followed by a 10-byte MAC, keys derived from the media key by
   * HKDF) and publishes it.
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

  /** Publishes a file without encrypting it, and returns its path. */
  publish(bytes: Buffer | Zeros, kind: MediaKind): string {
    const path = `/v/t62.7118-24/${randomBytes(12).toString('hex')}`;
    this.files.set(path, { bytes, kind });
    return path;
  }

  /** Deletes a file. Later downloads return 410. */
  remove(path: string): void {
    this.files.delete(path);
  }

  /** Serves an HTTP request. */
  serve(request: IncomingMessage, response: ServerResponse): void {
    const path = new URL(request.url ?? '/', 'http://media').pathname;
    const file = this.files.get(path);
    const effect = file && this.faults.media.strike({ path, kind: file.kind });
    const status =
      effect && 'status' in effect ? effect.status : effect && 'redirect' in effect ? 302 : file ? 200 : 410;
    const host = (request.headers['x-requested-host'] as string | undefined) ?? null;
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
    this.serveBytes(withFault(file.bytes, effect), effect, { request, response });
  }

  private serveBytes(
    bytes: Buffer,
    effect: MediaEffect | undefined,
    { request, response }: { request: IncomingMessage; response: ServerResponse },
  ): void {
    const headers = { 'content-type': 'application/octet-stream', 'content-length': bytes.length };
    if (effect && 'slowMs' in effect) {
      setTimeout(() => response.writeHead(200, headers).end(bytes), effect.slowMs);
    } else if (effect && 'endless' in effect) {
      response.writeHead(200, { 'content-type': 'application/octet-stream' });
      const timer = setInterval(() => response.write('0'), DRIP_EVERY_MS);
      response.on('close', () => clearInterval(timer));
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

/** Changes the last byte of a file, which is part of its MAC, or returns the first half of the file. */
function withFault(bytes: Buffer, effect: MediaEffect | undefined): Buffer {
  if (!effect || !('content' in effect)) return bytes;
  if (effect.content === 'truncated') return bytes.subarray(0, Math.floor(bytes.length / 2));
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(copy.length - 1) ^ 0xff, copy.length - 1);
  return copy;
}

/** Sends zeros as fast as the client reads them, without storing them in memory or announcing the length. */
function serveZeros({ zeros }: Zeros, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/octet-stream' });
  let remaining = zeros;
  const send = () => {
    while (remaining > 0 && !response.destroyed) {
      const chunk = ZERO_CHUNK.subarray(0, Math.min(remaining, ZERO_CHUNK.length));
      remaining -= chunk.length;
      if (!response.write(chunk)) return;
    }
    response.end();
  };
  response.on('drain', send);
  send();
}
