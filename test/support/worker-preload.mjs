import { isMainThread } from 'node:worker_threads';

/** Attaches the session's thread alone: the main thread never loads Baileys, and its memory is to be measured. */
if (!isMainThread) await import('../whatsapp-server/preload.mjs');
