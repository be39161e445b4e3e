import { hash as hashOnce, randomBytes, timingSafeEqual } from 'node:crypto';

const PREFIX = 'wac';
const ID_BYTES = 6;
const SECRET_BYTES = 32;
const ID = new RegExp(`^[0-9a-f]{${ID_BYTES * 2}}$`);
const KEY = new RegExp(`^${PREFIX}_([0-9a-f]{${ID_BYTES * 2}})_[\\w-]{43}$`);

/** Creates a key: `wac_`, its ID (12 hexadecimal digits), `_` and 256 random bits in base64url. */
export function createKey(): { id: string; key: string } {
  const id = randomBytes(ID_BYTES).toString('hex');
  return { id, key: `${PREFIX}_${id}_${randomBytes(SECRET_BYTES).toString('base64url')}` };
}

/** The format of tickets for streams: `wst_` and 256 random bits in base64url. */
export const TICKET = /^wst_[\w-]{43}$/;

/** Returns a new ticket in the format of TICKET. Store only its hash. */
export function createTicket(): string {
  return `wst_${randomBytes(SECRET_BYTES).toString('base64url')}`;
}

/** Returns whether the text has the format of a key ID. */
export function isKeyId(text: string): boolean {
  return ID.test(text);
}

/** Returns the ID that a key contains; null if the key has another format. */
export function idOfKey(key: string): string | null {
  return KEY.exec(key)?.[1] ?? null;
}

/** Returns the SHA-256 of a key or a ticket. A slower hash is not needed for 256 random bits. */
export function hashOfKey(key: string): Buffer {
  return hashOnce('sha256', key, 'buffer');
}

/** Compares a key with a stored hash in constant time. */
export function isKey(key: string, hash: Uint8Array): boolean {
  return timingSafeEqual(hashOfKey(key), hash);
}
