import { Curve, proto, WA_CERT_DETAILS } from '@whiskeysockets/baileys';
import libsignalCurve from 'libsignal/src/curve.js';
import { ServerNotVerified, verifyServerCertificate } from '../wire/server-certificate.js';
import { bareKey } from '../wire/signed-key-index.js';
import { isSignedBy } from '../wire/xeddsa.js';
import { testSignatureChecks } from './signature-self-test.js';

let areVerified = false;

/**
 * Makes Baileys and libsignal verify signatures, and tests that they do. Call it before the first socket is created.
 *
 * Baileys 7.0.0-rc14 ignores the result of libsignal's check, and libsignal 6.0.0 does not check signed pre-keys at
 * all. Both call the replaced functions through mutable objects, so the order of loading does not matter.
 *
 * | Signature                           | Verified by                          | If invalid                          |
 * | ----------------------------------- | ------------------------------------ | ----------------------------------- |
 * | Certificates of the Noise handshake | `CertChain.decode`, `Curve.verify`   | ServerNotVerified, disconnects      |
 * | Account signature in `pair-success` | `Curve.verify`                       | `configureSuccessfulPairing` throws |
 * | Signed pre-keys of a bundle         | `curve.verifySignature` of libsignal | `SessionBuilder.initOutgoing` throws |
 *
 * @throws Error if a check accepts an invalid signature or rejects a valid one
 */
export async function verifySignatures(): Promise<void> {
  Curve.verify = isValid;
  Object.assign(libsignalCurve, { verifySignature: requireSignature });
  verifyCertificates();
  await testSignatureChecks();
  areVerified = true;
}

/** @throws Error if verifySignatures() has not run in this thread */
export function requireVerifiedSignatures(): void {
  if (!areVerified)
    throw new Error('Signatures are not verified in this thread: call verifySignatures first');
}

/** Replaces Baileys' `Curve.verify`. @param key 32 bytes, or 33 with its type */
function isValid(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const bare = bareKey(key);
  return bare !== null && isSignedBy(bare, message, signature);
}

/** Replaces libsignal's `verifySignature`. `SessionBuilder` ignores its result, so it throws. */
function requireSignature(key: Uint8Array, message: Uint8Array, signature: Uint8Array): true {
  if (!isValid(key, message, signature)) throw new Error('Invalid signature');
  return true;
}

/**
 * Adds two checks that Baileys' `processHandshake` lacks: the leaf certificate must be for the key of this server, and
 * its dates must be valid. `processHandshake` synchronously performs the key agreement with the server's static key,
 * then `CertChain.decode`. The key of the last agreement is therefore the server's.
 */
function verifyCertificates(): void {
  const { sharedKey } = Curve;
  const decode = proto.CertChain.decode.bind(proto.CertChain);
  let serverKey: Uint8Array = new Uint8Array();
  Curve.sharedKey = (privateKey, publicKey) => {
    serverKey = publicKey;
    return sharedKey(privateKey, publicKey);
  };
  proto.CertChain.decode = (reader, length) => {
    const chain = requireDecoded(() => decode(reader, length));
    verifyServerCertificate(chain, serverKey, {
      publicKey: WA_CERT_DETAILS.PUBLIC_KEY,
      serial: WA_CERT_DETAILS.SERIAL,
    });
    return chain;
  };
}

function requireDecoded<T>(decode: () => T): T {
  try {
    return decode();
  } catch {
    throw new ServerNotVerified('certificate', 'the certificates cannot be decoded');
  }
}
