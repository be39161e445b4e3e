import { Curve, type KeyPair, proto } from '@whiskeysockets/baileys';
import { sign } from './signatures.js';

/** Flaws of a certificate chain that does not prove that the Noise key is WhatsApp's. */
export const CERTIFICATE_FLAWS = [
  /** signed by a root that the companion does not trust */
  'other-root',
  /** WhatsApp's chain, replayed by a server with a different Noise key */
  'other-key',
  /** the leaf is not signed by the intermediate */
  'other-intermediate',
  'wrong-root-serial',
  'wrong-leaf-issuer',
  'expired-leaf',
  'expired-intermediate',
  'not-yet-valid',
  'no-leaf',
] as const;

export type CertificateFlaw = (typeof CERTIFICATE_FLAWS)[number];

/** A flaw, null for none, or certificates without dates, which are valid. */
export type CertificateForm = CertificateFlaw | 'no-dates' | null;

/** Certifies the server's Noise key. Companions verify it with the root's public key. */
export interface CertificateAuthority {
  /** 32 bytes, `WA_CERT_DETAILS.PUBLIC_KEY` of companions */
  readonly rootPublicKey: Buffer;
  /** Returns the encoded `CertChain` of a Noise static public key. */
  chainFor(noisePublicKey: Uint8Array, form?: CertificateForm): Uint8Array;
}

/** `WA_CERT_DETAILS.SERIAL` in Baileys. */
const ROOT_SERIAL = 0;
const INTERMEDIATE_SERIAL = 1;
const LEAF_SERIAL = 2;
const DAY_SECONDS = 24 * 3600;

type Details = proto.CertChain.NoiseCertificate.IDetails;

/** Caches the chain of each key and flaw, because signing is slow. */
const memoized = (authority: CertificateAuthority): CertificateAuthority => {
  const chains = new Map<string, Uint8Array>();
  return {
    rootPublicKey: authority.rootPublicKey,
    chainFor: (key, flaw) => {
      const id = `${flaw} ${Buffer.from(key).toString('hex')}`;
      const chain = chains.get(id) ?? authority.chainFor(key, flaw);
      chains.set(id, chain);
      return chain;
    },
  };
};

/**
 * Creates a root and an intermediate key. The root signs the intermediate certificate, and the intermediate key signs
 * the leaf. Every certificate has dates (format and checks as in whatsmeow's `verifyServerCert`).
 */
export function createCertificateAuthority(): CertificateAuthority {
  const root = Curve.generateKeyPair();
  const intermediate = Curve.generateKeyPair();
  const stranger = Curve.generateKeyPair();
  return memoized({
    rootPublicKey: Buffer.from(root.public),
    chainFor: (noisePublicKey, flaw = null) =>
      proto.CertChain.encode({
        intermediate: certify(flaw === 'other-root' ? stranger : root, {
          serial: INTERMEDIATE_SERIAL,
          issuerSerial: flaw === 'wrong-root-serial' ? ROOT_SERIAL + 7 : ROOT_SERIAL,
          key: intermediate.public,
          ...validity(flaw === 'expired-intermediate' ? 'expired' : flaw),
        }),
        leaf:
          flaw === 'no-leaf'
            ? null
            : certify(flaw === 'other-intermediate' ? stranger : intermediate, {
                serial: LEAF_SERIAL,
                issuerSerial: flaw === 'wrong-leaf-issuer' ? LEAF_SERIAL : INTERMEDIATE_SERIAL,
                key: flaw === 'other-key' ? stranger.public : noisePublicKey,
                ...validity(flaw === 'expired-leaf' ? 'expired' : flaw),
              }),
      }).finish(),
  });
}

function certify(issuer: KeyPair, details: Details): proto.CertChain.INoiseCertificate {
  const encoded = proto.CertChain.NoiseCertificate.Details.encode(details).finish();
  return { details: encoded, signature: sign(issuer, encoded) };
}

function validity(flaw: CertificateForm | 'expired'): Pick<Details, 'notBefore' | 'notAfter'> {
  const now = Math.floor(Date.now() / 1000);
  switch (flaw) {
    case 'no-dates':
      return {};
    case 'expired':
      return { notBefore: now - 30 * DAY_SECONDS, notAfter: now - DAY_SECONDS };
    case 'not-yet-valid':
      return { notBefore: now + DAY_SECONDS, notAfter: now + 30 * DAY_SECONDS };
    default:
      return { notBefore: now - DAY_SECONDS, notAfter: now + 30 * DAY_SECONDS };
  }
}
