import { proto, toNumber } from '@whiskeysockets/baileys';
import { isSignedBy } from './xeddsa.js';

/**
 * The server has not proved that it is WhatsApp.
 *
 * - `certificate`: its certificates are not WhatsApp's
 * - `dates`: they are WhatsApp's, but expired or not yet valid according to the system clock
 */
export class ServerNotVerified extends Error {
  constructor(
    readonly kind: 'certificate' | 'dates',
    message: string,
  ) {
    super(message);
  }
}

/** The root that WhatsApp's certificates are checked against. */
export interface TrustedRoot {
  /** 32 bytes */
  readonly publicKey: Uint8Array;
  readonly serial: number;
}

type Certificate = proto.CertChain.INoiseCertificate | null | undefined;
/** The content of a certificate. Dates are seconds since 1970, 0 if missing. */
interface Details {
  readonly serial: number;
  readonly issuerSerial: number;
  readonly key: Uint8Array;
  readonly notBefore: number;
  readonly notAfter: number;
}

/**
 * Verifies that WhatsApp's root certifies the server's Noise key: the root signed the intermediate certificate, the
 * intermediate key signed the leaf, the leaf contains the server's key, and both certificates are valid now.
 *
 * The same checks as in whatsmeow's `verifyServerCert` (with dates since 2026-04-21). Without the comparison of keys,
 * any server could replay the chain that WhatsApp sends to all clients.
 *
 * @param serverKey the static key that the server used in the handshake, 32 bytes
 * @throws ServerNotVerified
 */
export function verifyServerCertificate(
  { intermediate, leaf }: proto.ICertChain,
  serverKey: Uint8Array,
  root: TrustedRoot,
  nowMs = Date.now(),
): void {
  const issuer = readSigned('intermediate', intermediate, root.publicKey);
  requireIssuer('intermediate', issuer, root.serial);
  const server = readSigned('leaf', leaf, issuer.key);
  requireIssuer('leaf', server, issuer.serial);
  if (!Buffer.from(server.key).equals(serverKey))
    throw new ServerNotVerified(
      'certificate',
      'the leaf certificate is for a key that the server does not use',
    );
  requireValidity('intermediate', issuer, nowMs);
  requireValidity('leaf', server, nowMs);
}

function readSigned(name: string, certificate: Certificate, issuerKey: Uint8Array): Details {
  const { details, signature } = certificate ?? {};
  if (!details || !signature)
    throw new ServerNotVerified('certificate', `the ${name} certificate is missing`);
  if (!isSignedBy(issuerKey, details, signature))
    throw new ServerNotVerified('certificate', `the signature of the ${name} certificate is invalid`);
  const { serial, issuerSerial, key, notBefore, notAfter } = decodeDetails(details);
  return {
    serial: serial ?? 0,
    issuerSerial: issuerSerial ?? 0,
    key: key ?? new Uint8Array(),
    notBefore: toNumber(notBefore),
    notAfter: toNumber(notAfter),
  };
}

/** Baileys' types declare all fields as present; absent ones are null. */
function decodeDetails(bytes: Uint8Array): proto.CertChain.NoiseCertificate.IDetails {
  return proto.CertChain.NoiseCertificate.Details.decode(bytes);
}

function requireIssuer(name: string, { issuerSerial }: Details, serial: number): void {
  if (issuerSerial !== serial)
    throw new ServerNotVerified('certificate', `the ${name} certificate names another issuer`);
}

/**
 * A certificate without dates does not expire. The root has signed it, and the service must not stop if WhatsApp ever
 * omits the dates. whatsmeow rejects such certificates.
 */
function requireValidity(name: string, { notBefore, notAfter }: Details, nowMs: number): void {
  if (nowMs < notBefore * 1000)
    throw new ServerNotVerified('dates', `the ${name} certificate is not valid yet`);
  if (notAfter !== 0 && nowMs > notAfter * 1000)
    throw new ServerNotVerified('dates', `the ${name} certificate has expired`);
}
