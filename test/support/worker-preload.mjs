import { isMainThread } from 'node:worker_threads';

/**
 * Attaches the session's thread and the reader processes: the main thread never loads Baileys, and its memory is to be
 * measured.
 */
if (!isMainThread || process.channel) await import('../whatsapp-server/preload.mjs');
