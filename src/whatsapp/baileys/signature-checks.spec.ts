import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Curve, makeNoiseHandler, NOISE_WA_HEADER, proto, WA_CERT_DETAILS } from '@whiskeysockets/baileys';
import libsignalCurve from 'libsignal/src/curve.js';
import {
  CERTIFICATE_FLAWS,
  type CertificateFlaw,
  type CertificateForm,
  createCertificateAuthority,
} from '../../../test/whatsapp-server/certificates.js';
import { NoiseResponder } from '../../../test/whatsapp-server/noise-responder.js';
import { ServerNotVerified } from '../wire/server-certificate.js';
import { createBaileysLogger } from './baileys-logger.js';
import { requireVerifiedSignatures, verifySignatures } from './signature-checks.js';
import { testSignatureChecks } from './signature-self-test.js';

const authority = createCertificateAuthority();
const serverKey = Curve.generateKeyPair();
const decodeOf = () => proto.CertChain.decode.bind(proto.CertChain);
const asShipped = { verify: Curve.verify, decode: decodeOf() };
const rootKey = Buffer.from(authority.rootPublicKey);
WA_CERT_DETAILS.PUBLIC_KEY = rootKey;

/** Performs the Noise handshake of Baileys with the test server. */
function shakeHands(form: CertificateForm): Uint8Array {
  const keyPair = Curve.generateKeyPair();
  const client = makeNoiseHandler({
    keyPair,
    NOISE_HEADER: NOISE_WA_HEADER,
    logger: createBaileysLogger(),
  });
  const server = new NoiseResponder(serverKey, authority.chainFor(serverKey.public, form));
  const hello = proto.HandshakeMessage.encode({ clientHello: { ephemeral: keyPair.public } }).finish();
  const { message } = server.hello(hello);
  return client.processHandshake(proto.HandshakeMessage.decode(message), Curve.generateKeyPair());
}

describe('before verifySignatures', () => {
  it('fails the self-test and does not allow sockets', async () => {
    await expect(testSignatureChecks()).rejects.toThrow('Baileys does not verify');
    expect(() => requireVerifiedSignatures()).toThrow('not verified');
  });
});

describe('after verifySignatures', () => {
  beforeAll(async () => {
    await verifySignatures();
  });

  it('allows sockets', () => {
    expect(() => requireVerifiedSignatures()).not.toThrow();
  });

  it('accepts certificates of the trusted root', () => {
    expect(shakeHands(null)).toHaveLength(48);
    expect(WA_CERT_DETAILS.PUBLIC_KEY).toBe(rootKey);
  });

  it('accepts certificates without dates', () => {
    expect(shakeHands('no-dates')).toHaveLength(48);
  });

  it.each(CERTIFICATE_FLAWS)('rejects a server with the flaw "%s" during the handshake', (flaw) => {
    const dates: readonly CertificateFlaw[] = ['expired-leaf', 'expired-intermediate', 'not-yet-valid'];
    const rejected = () => shakeHands(flaw);
    expect(rejected).toThrow(ServerNotVerified);
    expect(rejected).toThrow(
      expect.objectContaining({ kind: dates.includes(flaw) ? 'dates' : 'certificate' }),
    );
  });
});

describe('testSignatureChecks', () => {
  let verified: typeof asShipped & Pick<typeof libsignalCurve, 'verifySignature'>;

  beforeAll(() => {
    const { verifySignature } = libsignalCurve;
    verified = { verify: Curve.verify, decode: decodeOf(), verifySignature };
  });

  afterEach(() => {
    Curve.verify = verified.verify;
    proto.CertChain.decode = verified.decode;
    Object.assign(libsignalCurve, { verifySignature: verified.verifySignature });
  });

  it.each([
    ['Curve.verify of Baileys', 'account signature', () => (Curve.verify = asShipped.verify)],
    ['CertChain.decode of Baileys', 'key of the server', () => (proto.CertChain.decode = asShipped.decode)],
    [
      'verifySignature of libsignal',
      'signed pre-key',
      () => Object.assign(libsignalCurve, { verifySignature: () => true }),
    ],
    [
      'a check that rejects everything',
      'noise certificate signature invalid',
      () => (Curve.verify = () => false),
    ],
  ])('fails with %s', async (_, problem, undo) => {
    undo();
    await expect(testSignatureChecks()).rejects.toThrow(problem);
  });
});
