import { Curve, proto } from '@whiskeysockets/baileys';

/** Who vouches for the server's Noise key. Companions know the root's public key only. */
export interface CertificateAuthority {
  /** 32 bytes; a companion must have them as `WA_CERT_DETAILS.PUBLIC_KEY` */
  readonly rootPublicKey: Buffer;
  /** The encoded `CertChain` for a Noise static public key: root signs intermediate, intermediate signs leaf. */
  chainFor(noisePublicKey: Uint8Array): Uint8Array;
}

const INTERMEDIATE_SERIAL = 1;
const LEAF_SERIAL = 2;
/** What Baileys expects as issuer of the intermediate (`WA_CERT_DETAILS.SERIAL`). */
const ROOT_SERIAL = 0;

/** Makes a root and an intermediate key of our own; form as checked in Baileys' `noise-handler`. */
export function createCertificateAuthority(): CertificateAuthority {
  const root = Curve.generateKeyPair();
  const intermediate = Curve.generateKeyPair();
  const certify = (
    issuerKey: Uint8Array,
    details: { serial: number; issuerSerial: number; key: Uint8Array },
  ): proto.CertChain.INoiseCertificate => {
    const encoded = proto.CertChain.NoiseCertificate.Details.encode(details).finish();
    return { details: encoded, signature: Curve.sign(issuerKey, encoded) };
  };
  return {
    rootPublicKey: Buffer.from(root.public),
    chainFor: (noisePublicKey) =>
      proto.CertChain.encode({
        intermediate: certify(root.private, {
          serial: INTERMEDIATE_SERIAL,
          issuerSerial: ROOT_SERIAL,
          key: intermediate.public,
        }),
        leaf: certify(intermediate.private, {
          serial: LEAF_SERIAL,
          issuerSerial: INTERMEDIATE_SERIAL,
          key: noisePublicKey,
        }),
      }).finish(),
  };
}
