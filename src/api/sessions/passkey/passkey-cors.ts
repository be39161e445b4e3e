import cors from 'cors';
import { WHATSAPP_WEB } from './passkey-assertion.js';

/** Chrome derives the id of an extension from the key in its manifest (extension/manifest.json). */
const CHROME_EXTENSION = 'chrome-extension://bfgkcecmdheogoaekgmmmiplnhikdgbn';
/** Firefox gives an extension another id in each browser. */
const FIREFOX_EXTENSION = /^moz-extension:\/\/[0-9a-f-]{36}$/;

/**
 * Lets the page that makes an assertion, and the extension that carries it, call the service from a browser. What they
 * may do there, the token decides.
 */
export const passkeyCors = cors({
  origin: [WHATSAPP_WEB, CHROME_EXTENSION, FIREFOX_EXTENSION],
  methods: ['GET', 'POST'],
  allowedHeaders: ['Authorization', 'Content-Type'],
  maxAge: 600,
});
