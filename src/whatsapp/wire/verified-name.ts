import { type BinaryNode, getBinaryNodeChild, proto } from '@whiskeysockets/baileys';
import { bytesOf } from './stanza-values.js';

/**
 * The name in a `<verified_name>` below the element: a `VerifiedNameCertificate`, as read by Baileys'
 * `decryptMessageNode`. Null when there is none, or it cannot be read.
 */
export function verifiedNameIn(parent: BinaryNode): string | null {
  const certificate = bytesOf(getBinaryNodeChild(parent, 'verified_name'));
  if (!certificate) return null;
  try {
    const { details } = proto.VerifiedNameCertificate.decode(certificate);
    return details ? proto.VerifiedNameCertificate.Details.decode(details).verifiedName || null : null;
  } catch {
    return null;
  }
}
