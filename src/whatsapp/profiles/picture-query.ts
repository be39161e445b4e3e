import { type BinaryNode, getBinaryNodeChild, S_WHATSAPP_NET } from '@whiskeysockets/baileys';
import type { Address } from '../../kernel/identifiers/address.js';
import { iqErrorCode, TOO_MANY_REQUESTS } from '../wire/iq-error.js';
import { pictureIdOf } from '../wire/stanza-values.js';
import type { PrivacyToken } from './privacy-token.js';
import { asRateLimited, RateLimited } from './profile-errors.js';

/** What WhatsApp says of a person's picture; `unknown`: it gave an answer that tells nothing. */
export type PictureAnswer =
  { state: 'present'; id: string; url: string } | { state: 'none' | 'hidden' | 'unchanged' | 'unknown' };

const HIDDEN_CODES = new Set([401, 403]);
const NONE_CODES = new Set([204, 404]);
const UNCHANGED_CODE = 304;
/** Picture URLs have a few hundred characters. */
const MAX_URL_LENGTH = 4_096;

/**
 * Asks for a person's picture. WhatsApp answers 304 when the one that is known is still theirs (whatsmeow's `ExistingID`).
 * @param knownId of the picture that is kept; null when there is none
 */
export function pictureQuery(
  address: Address,
  { knownId, token }: { knownId: string | null; token: PrivacyToken | null },
): BinaryNode {
  const picture: BinaryNode = {
    tag: 'picture',
    attrs: { type: 'preview', query: 'url', ...(knownId && { id: knownId }) },
  };
  if (token) picture.content = [{ tag: 'tctoken', attrs: { t: token.timestamp }, content: token.token }];
  const attrs = { target: address, to: S_WHATSAPP_NET, type: 'get', xmlns: 'w:profile:picture' };
  return { tag: 'iq', attrs, content: [picture] };
}

/**
 * Reads `<picture id url/>`. A `status` of 204 in it means none, 304 unchanged (whatsmeow's `GetProfilePictureInfo`). A response
 * without `<picture>` also means unchanged.
 */
export function readPictureAnswer(answer: BinaryNode): PictureAnswer {
  const picture = getBinaryNodeChild(answer, 'picture');
  if (!picture) return { state: 'unchanged' };
  const { id, url, status } = picture.attrs;
  if (status) return pictureRefused(Number(status));
  const pictureId = pictureIdOf(id);
  return pictureId && url && url.length <= MAX_URL_LENGTH
    ? { state: 'present', id: pictureId, url }
    : { state: 'unknown' };
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
  if (code === UNCHANGED_CODE) return { state: 'unchanged' };
  return { state: stateOfCode(code) };
}

/** What a refusal says of a picture. */
export function stateOfCode(code: number): 'hidden' | 'none' | 'unknown' {
  if (HIDDEN_CODES.has(code)) return 'hidden';
  return NONE_CODES.has(code) ? 'none' : 'unknown';
}
