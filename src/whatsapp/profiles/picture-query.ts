import { type BinaryNode, getBinaryNodeChild, S_WHATSAPP_NET } from '@whiskeysockets/baileys';
import type { Address } from '../../contacts/address.js';
import { iqErrorCode, TOO_MANY_REQUESTS } from '../wire/iq-error.js';
import { asRateLimited, RateLimited } from './profile-errors.js';

/** What WhatsApp says of a person's picture; `unknown`: it gave an answer that tells nothing. */
export type PictureAnswer =
  { state: 'present'; id: string; url: string } | { state: 'none' | 'hidden' | 'unknown' };

const HIDDEN_CODES = new Set([401, 403]);
const NONE_CODES = new Set([204, 404]);

/** @param token see privacy-token.ts */
export function pictureQuery(address: Address, token: BinaryNode | null): BinaryNode {
  const picture: BinaryNode = { tag: 'picture', attrs: { type: 'preview', query: 'url' } };
  if (token) picture.content = [token];
  const attrs = { target: address, to: S_WHATSAPP_NET, type: 'get', xmlns: 'w:profile:picture' };
  return { tag: 'iq', attrs, content: [picture] };
}

/** Reads `<picture id url/>`; `status="204"` in it stands for none (whatsmeow's `GetProfilePictureInfo`). */
export function readPictureAnswer(answer: BinaryNode): PictureAnswer {
  const { id, url, status } = getBinaryNodeChild(answer, 'picture')?.attrs ?? {};
  if (status) return pictureRefused(Number(status));
  return id && url ? { state: 'present', id, url } : { state: 'unknown' };
}

/**
 * What an error in place of an answer says of the picture.
 * @throws RateLimited; the error itself, when it is no refusal by WhatsApp but the connection's end
 */
export function readPictureError(error: unknown): PictureAnswer {
  const code = iqErrorCode(error);
  if (code === null) throw asRateLimited(error);
  return pictureRefused(code);
}

function pictureRefused(code: number): PictureAnswer {
  if (code === TOO_MANY_REQUESTS) throw new RateLimited();
  if (HIDDEN_CODES.has(code)) return { state: 'hidden' };
  return { state: NONE_CODES.has(code) ? 'none' : 'unknown' };
}
