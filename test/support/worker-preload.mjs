import { isMainThread } from 'node:worker_threads';

/** Attaches the session thread and the reader processes. The main thread is excluded, because it never loads Baileys. */
if (!isMainThread || process.channel) await import('../whatsapp-server/preload.mjs');
