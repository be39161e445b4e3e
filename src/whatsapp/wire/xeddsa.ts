import { createPublicKey, verify } from 'node:crypto';

const P = 2n ** 255n - 19n;

/**
 * Whether a Curve25519 key has signed the message (XEdDSA, as Signal's `calculateSignature` signs).
 *
 * Not by Baileys' `Curve.verify` (7.0.0-rc14, `lib/Utils/crypto.js`): it takes the result of libsignal for an exception that is
 * not thrown, and says yes to every signature of the right length. It can take its place once that is mended.
 * @param key 32 bytes
 */
export function isSignedBy(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (key.length !== 32 || signature.length !== 64) return false;
  const y = edwardsOf(key);
  // The sign of the Edwards point stands in the bit of the signature that Ed25519 leaves free.
  y[31] = (y[31] ?? 0) | ((signature[63] ?? 0) & 0x80);
  const bare = Buffer.from(signature);
  bare[63] = (bare[63] ?? 0) & 0x7f;
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: y.toString('base64url') };
  return verify(null, message, createPublicKey({ key: jwk, format: 'jwk' }), bare);
}

/** From Montgomery's u to Edwards' y: `(u - 1) / (u + 1)` modulo p, 32 bytes, little end first. */
function edwardsOf(key: Uint8Array): Buffer {
  const u = BigInt(`0x${Buffer.from(key).reverse().toString('hex')}`) & (2n ** 255n - 1n);
  const y = mod((u - 1n) * power(mod(u + 1n), P - 2n));
  return Buffer.from(y.toString(16).padStart(64, '0'), 'hex').reverse();
}

function mod(value: bigint): bigint {
  const rest = value % P;
  return rest < 0n ? rest + P : rest;
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = mod(result * base);
    base = mod(base * base);
  }
  return result;
}
