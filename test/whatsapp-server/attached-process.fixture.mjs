// Run with `server.environment()`: prints where Baileys would connect, in the main thread and in a worker thread.
import { isMainThread, Worker } from 'node:worker_threads';
import { DEFAULT_CONNECTION_CONFIG, WA_CERT_DETAILS } from '@whiskeysockets/baileys';

const media = await fetch('https://mmg.whatsapp.net/v/none?x=1');
const rootKey = WA_CERT_DETAILS.PUBLIC_KEY.toString('hex');
console.log(DEFAULT_CONNECTION_CONFIG.waWebSocketUrl, rootKey, media.status);
if (isMainThread) new Worker(new URL(import.meta.url));
