import { createHash } from 'node:crypto';

/** Namespace of the UUIDs below, a random UUID. Must never change. */
const NAMESPACE = Buffer.from('6f0d2c5b9a3e4d1787c4b1e25f60a938', 'hex');

/** Returns a UUID for the ID of a contact (version 5, RFC 9562). */
export function uuidOf(contactId: string): string {
  const hash = createHash('sha1').update(NAMESPACE).update(contactId).digest();
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x50;
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  return hash.toString('hex', 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
