import type { CertificateFlaw } from './certificates.js';

/** Signatures that an impostor cannot make, because it lacks the private key. */
export type ForgedSignature = 'account' | 'signed-pre-key' | 'key-index-list' | 'verified-name';

/**
 * Makes this server an impostor: flaws in the certificates of the Noise handshake, and signatures by the wrong key. By default
 * there are none. Changes apply to the next handshake and the next signature.
 */
export class Impostor {
  /** null: WhatsApp's own certificates */
  certificates: CertificateFlaw | null = null;
  readonly forges = new Set<ForgedSignature>();

  /** Makes the server genuine again. */
  reform(): void {
    this.certificates = null;
    this.forges.clear();
  }
}
