import { type BinaryNode, getBinaryNodeChild } from '@whiskeysockets/baileys';
import { isFromServer } from '../linking/link-stanzas.js';

/**
 * Reads `<ib><client_expiration t/></ib>`: from when on WhatsApp will refuse the version of this connection. It says
 * nothing about other versions. Source: whatsapp-rust, `handle_client_expiration`, after WhatsApp Web's parser. When the
 * real server sends it, and how long before the date, is not known.
 *
 * @returns null when WhatsApp withdraws an earlier announcement (no `t`); undefined when the stanza is not valid
 */
export function readClientExpiration(stanza: BinaryNode): Date | null | undefined {
  const expiration = getBinaryNodeChild(stanza, 'client_expiration');
  if (!expiration || !isFromServer(stanza)) return undefined;
  const { t } = expiration.attrs;
  if (t === undefined) return null;
  return /^\d{1,10}$/.test(t) ? new Date(Number(t) * 1_000) : undefined;
}
