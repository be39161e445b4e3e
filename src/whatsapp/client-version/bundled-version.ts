import { DEFAULT_CONNECTION_CONFIG } from '@whiskeysockets/baileys';

/** The version that Baileys ships with: the fallback when no other one is known. */
export const BUNDLED_VERSION = DEFAULT_CONNECTION_CONFIG.version;
/** When it was WhatsApp's current version, by the dates of neighbouring versions. It changes with Baileys: see the spec. */
export const BUNDLED_VERSION_CURRENT_AT = new Date('2026-07-27T00:00:00Z');
