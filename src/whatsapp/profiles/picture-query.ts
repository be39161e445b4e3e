import { type BinaryNode, getBinaryNodeChild, S_WHATSAPP_NET } from '@whiskeysockets/baileys';
import type { Address } from '../../kernel/identifiers/address.js';
import { iqErrorCode, TOO_MANY_REQUESTS } from '../wire/iq-error.js';
import { pictureIdOf } from '../wire/stanza-values.js';
import type { PrivacyToken } from './privacy-token.js';
import { asRateLimited, RateLimited } from './profile-errors.js';

/** Response to a picture query. `unknown`: it does not contain the state of the picture. */
export type PictureResponse =
  { state: 'present'; id: string; url: string } | { state: 'none' | 'hidden' | 'unchanged' | 'unknown' };

const HIDDEN_CODES = new Set([401, 403]);
const NONE_CODES = new Set([204, 404]);
const UNCHANGED_CODE = 304;
/** Picture URLs have a few hundred characters. */
const MAX_URL_LENGTH = 4_096;

/**
 * Returns a query for the picture of a contact. WhatsApp responds with 304 if the picture has `knownId` (whatsmeow's
 * `ExistingID`).
 *
 * @param knownId id of the stored picture; null if there is none
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
 * Reads `<picture id url/>`. Its `status` is 204 if there is no picture, and 304 if it is unchanged (whatsmeow's
 * `GetProfilePictureInfo`). A response without `<picture>` also means unchanged.
 */
export function readPictureResponse(response: BinaryNode): PictureResponse {
  const picture = getBinaryNodeChild(response, 'picture');
  if (!picture) return { state: 'unchanged' };
  const { id, url, status } = picture.attrs;
  if (status) return responseOfCode(Number(status));
  const pictureId = pictureIdOf(id);
  return pictureId && url && url.length <= MAX_URL_LENGTH
    ? { state: 'present', id: pictureId, url }
    : { state: 'unknown' };
}

/**
 * Reads an error that WhatsApp has returned instead of a picture.
 *
 * @throws RateLimited, or the error itself if it was not returned by WhatsApp
 */
export function readPictureError(error: unknown): PictureResponse {
  const code = iqErrorCode(error);
  if (code === null) throw asRateLimited(error);
  return responseOfCode(code);
}

function responseOfCode(code: number): PictureResponse {
  if (code === TOO_MANY_REQUESTS) throw new RateLimited();
  if (code === UNCHANGED_CODE) return { state: 'unchanged' };
  return { state: stateOfCode(code) };
}

/** Returns the state of a picture by the code of an error. */
export function stateOfCode(code: number): 'hidden' | 'none' | 'unknown' {
  if (HIDDEN_CODES.has(code)) return 'hidden';
  return NONE_CODES.has(code) ? 'none' : 'unknown';
}
