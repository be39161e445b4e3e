import { type BinaryNode, getBinaryNodeChild } from '@whiskeysockets/baileys';
import { isFromServer } from '../linking/link-stanzas.js';

/**
 * Reads `<ib><client_expiration t/></ib>`: the time from which WhatsApp will refuse the version of this connection. It
 * does not apply to other versions. Source: whatsapp-rust, `handle_client_expiration`, based on WhatsApp Web's parser.
 * It is unknown when the real server sends it, and how long before the date.
 *
 * @returns null if WhatsApp withdraws an earlier announcement (no `t`); undefined if the stanza is not valid
 */
export function readClientExpiration(stanza: BinaryNode): Date | null | undefined {
  const expiration = getBinaryNodeChild(stanza, 'client_expiration');
  if (!expiration || !isFromServer(stanza)) return undefined;
  const { t } = expiration.attrs;
  if (t === undefined) return null;
  return /^\d{1,10}$/.test(t) ? new Date(Number(t) * 1_000) : undefined;
}
