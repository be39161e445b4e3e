import { parseJid, parseLid } from '../../kernel/identifiers/address.js';
import type { LidMapping } from '../../contacts/write/contact-changes.js';

/**
 * Baileys keeps each mapping twice: number -> LID, and LID + `_reverse` -> number; users only, no servers. It does not say
 * since when it is so: what came late may be a mapping of the past.
 * @param kept Baileys' `lid-mapping` records; null where one is deleted
 */
export function lidMappingsOf(kept: Record<string, string | null>): LidMapping[] {
  return Object.entries(kept).flatMap(([pnUser, lidUser]) => {
    const jid = parseJid(`${pnUser}@s.whatsapp.net`);
    const lid = parseLid(`${lidUser}@lid`);
    return jid && lid ? [{ jid, lid, observedAt: null }] : [];
  });
}
