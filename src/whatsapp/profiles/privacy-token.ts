import type { BinaryNode, WASocket } from '@whiskeysockets/baileys';
import type { Address, Lid } from '../../contacts/address.js';

/** Tokens count by weeks, and are good for four of them: as in Baileys' `isTcTokenExpired`. */
const WEEK_SECONDS = 7 * 24 * 3_600;
const GOOD_FOR_WEEKS = 4;

/**
 * The token by which a person who has written to this account lets it see his picture, as an element for the
 * request; null when there is none, or WhatsApp does not want it (AB prop 9666).
 *
 * Baileys keeps the tokens under the LID, and adds them itself in `profilePictureUrl`. That however does not tell the
 * picture's id, and spends a query of its own on every LID that it does not know.
 */
export async function privacyTokenOf(
  socket: WASocket,
  address: Address,
  lid: Lid | null,
): Promise<BinaryNode | null> {
  if (!socket.serverProps.profilePicPrivacyToken) return null;
  const kept = await socket.authState.keys.get('tctoken', lid ? [lid, address] : [address]);
  for (const { token, timestamp } of Object.values(kept)) {
    if (token?.length && !isExpired(Number(timestamp))) {
      return { tag: 'tctoken', attrs: { t: String(timestamp) }, content: token };
    }
  }
  return null;
}

/** @param seconds since 1970 */
function isExpired(seconds: number): boolean {
  const thisWeek = Math.floor(Date.now() / 1_000 / WEEK_SECONDS);
  return !(seconds >= (thisWeek - (GOOD_FOR_WEEKS - 1)) * WEEK_SECONDS);
}
