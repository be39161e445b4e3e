import type { LidMapping } from '../../contacts/write/contact-changes.js';
import { parseJid, parseLid } from '../../kernel/identifiers/address.js';

/**
 * Returns the mappings in records of Baileys, which contain users without servers. Baileys stores each mapping twice:
 * number -> LID, and LID + `_reverse` -> number. The records have no time, so a mapping that arrives late may be
 * outdated.
 * @param records Baileys' `lid-mapping` records; null for a deleted record
 */
export function lidMappingsOf(records: Record<string, string | null>): LidMapping[] {
  return Object.entries(records).flatMap(([pnUser, lidUser]) => {
    const jid = parseJid(`${pnUser}@s.whatsapp.net`);
    const lid = parseLid(`${lidUser}@lid`);
    return jid && lid ? [{ jid, lid, observedAt: null }] : [];
  });
}
