import type { CertificateFlaw } from './certificates.js';

/** Signatures that an impostor cannot make, because it lacks the private key. */
export type ForgedSignature = 'account' | 'signed-pre-key' | 'key-index-list' | 'verified-name';

/**
 * What makes this server an impostor: a flaw in the certificates of the Noise handshake, and signatures by the wrong
 * key. By default there is none. Changes apply to the next handshake and the next signature.
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
