import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createDeflate, deflateSync } from 'node:zlib';

const MB = 1024 * 1024;

/** `bytes` of `HistorySync` that consist of empty push names (`pushnames = 7`), deflated. */
export function emptyPushNames(bytes: number): Buffer {
  return deflateSync(Buffer.alloc(bytes, Buffer.from([0x3a, 0x00])));
}

/** `megabytes` of zeros, deflated without having them in memory. */
export async function deflatedZeros(megabytes: number): Promise<Buffer> {
  const deflate = createDeflate();
  const chunks: Buffer[] = [];
  deflate.on('data', (chunk: Buffer) => chunks.push(chunk));
  const zeros = Buffer.alloc(MB);
  for (let written = 0; written < megabytes; written += 1) {
    if (!deflate.write(zeros)) await once(deflate, 'drain');
  }
  deflate.end();
  await once(deflate, 'end');
  return Buffer.concat(chunks);
}

/** A `HistorySync` with so many push names, deflated. */
export function manyPushNames(count: number): Buffer {
  const names: Buffer[] = [];
  for (let at = 0; at < count; at += 1) {
    names.push(pushName(`${4_915_200_000_000 + at}@s.whatsapp.net`, `Name ${at}`));
  }
  return deflateSync(Buffer.concat(names), { level: 1 });
}

/** A `HistorySync` with one push name of this length, deflated. */
export function longPushName(jid: string, length: number): Buffer {
  return deflateSync(pushName(jid, randomBytes(length / 2).toString('hex')));
}

function pushName(id: string, name: string): Buffer {
  return field(7, Buffer.concat([field(1, Buffer.from(id)), field(2, Buffer.from(name))]));
}

/** A length-delimited field. */
function field(number: number, content: Buffer): Buffer {
  const length: number[] = [];
  for (let rest = content.length; ; rest >>>= 7) {
    if (rest < 0x80) {
      length.push(rest);
      break;
    }
    length.push((rest & 0x7f) | 0x80);
  }
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...length]), content]);
}
