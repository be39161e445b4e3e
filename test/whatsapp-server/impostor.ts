import type { CertificateFlaw } from './certificates.js';

/** Signatures that an impostor cannot make, because it lacks the private key. */
export type ForgedSignature = 'account' | 'signed-pre-key' | 'key-index-list' | 'verified-name';

/**
 * Makes this server an impostor: flaws in the certificates of the Noise handshake, and signatures with the wrong key.
 * By default, there are none. Changes apply to the next handshake and the next signature.
 */
export class Impostor {
  /** null: valid certificates */
  certificates: CertificateFlaw | null = null;
  readonly forges = new Set<ForgedSignature>();

  /** Removes all flaws and forged signatures. */
  reform(): void {
    this.certificates = null;
    this.forges.clear();
  }
}
