import { DEFAULT_CONNECTION_CONFIG } from '@whiskeysockets/baileys';

/** The version bundled with Baileys: the fallback if no other version is known. */
export const BUNDLED_VERSION = DEFAULT_CONNECTION_CONFIG.version;
/**
 * When it was WhatsApp's current version, estimated from the dates of adjacent versions. Update it together with
 * Baileys; see the spec.
 */
export const BUNDLED_VERSION_CURRENT_AT = new Date('2026-07-27T00:00:00Z');
