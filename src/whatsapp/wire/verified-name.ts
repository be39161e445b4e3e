import { type BinaryNode, getBinaryNodeChild, proto } from '@whiskeysockets/baileys';
import type { BusinessName } from '../../contacts/write/contact-changes.js';
import { bytesOf } from './stanza-values.js';
import { isSignedBy } from './xeddsa.js';

/** Issuer of WhatsApp Business app certificates, which are signed by the business's account. */
const BUSINESS_APP = 'smb:wa';

/** A business name with its certificate; see BusinessName. */
export type VerifiedName = Omit<BusinessName, 'address'>;

/**
 * Reads the name in a `<verified_name>` below the element: a `VerifiedNameCertificate`, as in Baileys'
 * `decryptMessageNode`.
 *
 * `signature` is XEdDSA over `details`, without a prefix, by the identity key of the business's account. WhatsApp's
 * Windows Phone app verified it this way (2.18.370, `VerifiedNamesCertifier`), and Cobalt signs it this way. The check
 * is enforced for issuer `smb:wa` once the identity key is stored. For `ent:wa` (Business API, where Meta hosts the
 * account and its keys), no current source documents the signer, so such names are only as trustworthy as the server
 * that delivers them. The same applies to `serverSignature`, whose key is not public. Both can be confirmed only with
 * WhatsApp's servers.
 *
 * @returns null if there is no certificate, or it cannot be read
 */
export function verifiedNameIn(parent: BinaryNode): VerifiedName | null {
  const certificate = bytesOf(getBinaryNodeChild(parent, 'verified_name'));
  if (!certificate) return null;
  try {
    const { details, signature } = proto.VerifiedNameCertificate.decode(certificate);
    if (!details) return null;
    const { verifiedName, issuer } = proto.VerifiedNameCertificate.Details.decode(details);
    if (!verifiedName) return null;
    if (issuer !== BUSINESS_APP) return { name: verifiedName };
    return {
      name: verifiedName,
      isSignedBy: (key) => isSignedBy(key, details, signature ?? new Uint8Array()),
    };
  } catch {
    return null;
  }
}
