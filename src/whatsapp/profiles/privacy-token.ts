import type { WASocket } from '@whiskeysockets/baileys';
import type { Address, Lid } from '../../kernel/identifiers/address.js';

/** Tokens count by weeks, and are good for four of them: as in Baileys' `isTcTokenExpired`. */
const WEEK_SECONDS = 7 * 24 * 3_600;
const GOOD_FOR_WEEKS = 4;

/** The token by which a person who has written to this account lets it see their picture and their about. */
export interface PrivacyToken {
  token: Uint8Array;
  /** Seconds since 1970. */
  timestamp: string;
}

/**
 * The tokens that are kept and still good, by address. Baileys keeps them under the LID, and adds them itself in
 * `profilePictureUrl`; that however does not tell the picture's id, and spends a query of its own on every LID that it
 * does not know.
 */
export async function privacyTokensOf(
  socket: WASocket,
  people: { address: Address; lid: Lid | null }[],
): Promise<Map<Address, PrivacyToken>> {
  const ids = people.flatMap(({ address, lid }) => (lid && lid !== address ? [lid, address] : [address]));
  const kept = await socket.authState.keys.get('tctoken', ids);
  const tokens = new Map<Address, PrivacyToken>();
  for (const { address, lid } of people) {
    for (const id of [lid, address]) {
      const { token, timestamp } = (id ? kept[id] : undefined) ?? {};
      if (!token?.length || isExpired(Number(timestamp)) || tokens.has(address)) continue;
      tokens.set(address, { token, timestamp: String(timestamp) });
    }
  }
  return tokens;
}

/** @param seconds since 1970 */
function isExpired(seconds: number): boolean {
  const thisWeek = Math.floor(Date.now() / 1_000 / WEEK_SECONDS);
  return !(seconds >= (thisWeek - (GOOD_FOR_WEEKS - 1)) * WEEK_SECONDS);
}
