import type { WASocket } from '@whiskeysockets/baileys';
import type { Address, Lid } from '../../kernel/identifiers/address.js';

/** Tokens expire by calendar weeks, as in Baileys' `isTcTokenExpired`. */
const WEEK_SECONDS = 7 * 24 * 3_600;
const VALID_WEEKS = 4;

/** Token of a contact who has written to this account. It grants access to their picture and about text. */
export interface PrivacyToken {
  token: Uint8Array;
  /** Seconds since 1970. */
  timestamp: string;
}

/**
 * Returns the stored tokens that are still valid, by address. Baileys stores them under the LID, and adds them itself
 * in `profilePictureUrl`. That function does not return the picture's id, and sends an additional query for each
 * unknown LID.
 */
export async function privacyTokensOf(
  socket: WASocket,
  contacts: { address: Address; lid: Lid | null }[],
): Promise<Map<Address, PrivacyToken>> {
  const ids = contacts.flatMap(({ address, lid }) => (lid && lid !== address ? [lid, address] : [address]));
  const stored = await socket.authState.keys.get('tctoken', ids);
  const tokens = new Map<Address, PrivacyToken>();
  for (const { address, lid } of contacts) {
    for (const id of [lid, address]) {
      const { token, timestamp } = (id ? stored[id] : undefined) ?? {};
      if (!token?.length || isExpired(Number(timestamp)) || tokens.has(address)) continue;
      tokens.set(address, { token, timestamp: String(timestamp) });
    }
  }
  return tokens;
}

/** @param seconds since 1970 */
function isExpired(seconds: number): boolean {
  const thisWeek = Math.floor(Date.now() / 1_000 / WEEK_SECONDS);
  return !(seconds >= (thisWeek - (VALID_WEEKS - 1)) * WEEK_SECONDS);
}
