import { hash as hashOnce, randomBytes, timingSafeEqual } from 'node:crypto';

const PREFIX = 'wac';
const ID_BYTES = 6;
const SECRET_BYTES = 32;
const ID = new RegExp(`^[0-9a-f]{${ID_BYTES * 2}}$`);
const KEY = new RegExp(`^${PREFIX}_([0-9a-f]{${ID_BYTES * 2}})_[\\w-]{43}$`);

/** A new key: `wac_`, its id (12 hexadecimal digits), `_` and 256 random bits in base64url. */
export function createKey(): { id: string; key: string } {
  const id = randomBytes(ID_BYTES).toString('hex');
  return { id, key: `${PREFIX}_${id}_${randomBytes(SECRET_BYTES).toString('base64url')}` };
}

/** Whether it can be the id of a key. */
export function isKeyId(text: string): boolean {
  return ID.test(text);
}

/** The id in the text of a key; null when it has another form. */
export function idOfKey(key: string): string | null {
  return KEY.exec(key)?.[1] ?? null;
}

/** SHA-256, all that is kept of a key: with 256 random bits nothing slower is needed. */
export function hashOfKey(key: string): Buffer {
  return hashOnce('sha256', key, 'buffer');
}

/** Takes the same time whatever is different. */
export function isKey(key: string, hash: Uint8Array): boolean {
  return timingSafeEqual(hashOfKey(key), hash);
}
